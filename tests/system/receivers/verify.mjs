// A receiver built from the published libraries: standardwebhooks verifies what
// comes, the CloudEvents SDK reads it. PORT is written on the first line of
// standard output, then for each request one line of JSON: what came of it.
//
//	node verify.mjs SECRET
//
// The libraries are looked for in node_modules of the working directory.
import { createRequire } from "node:module";
import { createServer } from "node:http";

const require = createRequire(process.cwd() + "/");
const { Webhook } = require("standardwebhooks");
const { HTTP } = require("cloudevents");

const webhook = new Webhook(process.argv[2]);

function judge(headers, body) {
	const seen = { id: headers["webhook-id"], verified: false, event: null };
	try {
		webhook.verify(body, headers);
		seen.verified = true;
		const event = HTTP.toEvent({ headers, body });
		event.validate();	// strict: what the specification asks
		seen.event = event.toJSON();
	} catch (error) {
		seen.error = String(error);
	}
	return seen;
}

const server = createServer((request, response) => {
	const pieces = [];
	request.on("data", (piece) => pieces.push(piece));
	request.on("end", () => {
		const seen = judge(request.headers, Buffer.concat(pieces).toString());
		console.log(JSON.stringify(seen));
		response.statusCode = seen.event ? 204 : 400;
		response.end(seen.error ?? "");
	});
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
// It ends with whoever started it.
process.stdin.on("end", () => process.exit(0)).resume();
