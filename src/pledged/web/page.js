/* What a page gains by a script: it tells how long ago things were, and shows
   what changes while it is open. All else works without. */
"use strict";

const minute = 60, hour = 60 * minute, day = 24 * hour;

/* "3 days ago", "in 2 hours" */
function distance(seconds) {
	const size = Math.abs(seconds);
	const [unit, length] = size < hour ? ["minute", minute] :
		size < 2 * day ? ["hour", hour] : ["day", day];

	return new Intl.RelativeTimeFormat("en", { numeric: "auto" })
		.format(Math.round(seconds / length), unit);
}

/* Times of day get it as a title; days have it in words already. */
function tellTimes(within) {
	for (const time of within.querySelectorAll("time[datetime*=T]")) {
		const at = Date.parse(time.dateTime);

		if (!Number.isNaN(at))
			time.title = time.dateTime + ", " + distance((at - Date.now()) / 1000);
	}
}

/* --- live ----------------------------------------------------------------- */

const live = document.getElementById("live");
let waiting = 0, timer = 0;

/* Nobody's place, choice or selection is taken from under them. */
function isBusy() {
	const active = document.activeElement;
	const selection = document.getSelection();

	return (active && active.closest("form, details")) || (selection && !selection.isCollapsed);
}

async function renew() {
	timer = 0;
	if (isBusy()) {
		say(waiting + (waiting === 1 ? " change" : " changes") + " since this page was made: reload it to see.");
		timer = setTimeout(renew, 10000);
		return;
	}
	const answer = await fetch(location.href, { headers: { Accept: "text/html" } });

	if (!answer.ok)
		return;
	const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
	const main = fresh.querySelector("main"), foot = fresh.querySelector("footer p");

	if (!main)
		return;
	document.querySelector("main").replaceWith(main);
	if (foot)
		document.querySelector("footer p").replaceWith(foot);
	tellTimes(document);
	say("Brought up to date with " + waiting + (waiting === 1 ? " change." : " changes."));
	waiting = 0;
}

function say(words) {
	if (live)
		live.textContent = words;
}

/* Events come in swarms: a page is renewed once for all of a few seconds. */
function onEvent() {
	waiting++;
	if (timer === 0)
		timer = setTimeout(renew, 1500);
}

async function listen() {
	const events = new EventSource("/v1/events");

	events.onopen = () => say("Live: changes are shown as they come.");
	events.onerror = () => say(events.readyState === EventSource.CLOSED ?
		"" : "The daemon cannot be reached: what is shown may be out of date.");
	for (const kind of (document.body.dataset.live || "").split(" "))
		events.addEventListener(kind, onEvent);
	events.onmessage = onEvent;
}

tellTimes(document);
if (live && document.body.dataset.live)
	listen();
