/*
 * definition: how a source is asked and how its answers are read, as one text.
 *
 * A JSON object of the settings that give an answer its meaning, in one order
 * and without those at their defaults; what only says when to ask is not in
 * it, and of secrets only the names. Kept beside the bytes that were read by
 * it, so that they can be read again; its SHA-256 is the program's hash.
 */
#ifndef PLEDGED_CORE_DEFINITION_H
#define PLEDGED_CORE_DEFINITION_H

#include "core/register.h"

/* Adds it to the end of out. */
void source_definition(const struct source *source, struct text *out);
/* Its digest: a change of it drops what is remembered of earlier answers. */
void source_program(const struct source *source, struct digest *out);

#endif
