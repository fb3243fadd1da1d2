/* asset: see asset.h. The table is made of the files when the program is. */
#include "pledged/asset.h"

#include "base/text.h"
#include "pledged/assets.h"

const struct asset *asset_find(const char *name)
{
	for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
		if (string_is(assets[i].name, name))
			return &assets[i];
	return NULL;
}
