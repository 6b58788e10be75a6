// Writes the type declarations of a build into dist: a file a door, and dist/shared/lamplight.d.ts with what several doors need.
import { fileURLToPath } from 'node:url';
import { writeDeclarations } from './declarations/written.mjs';

await writeDeclarations(fileURLToPath(new URL('../dist', import.meta.url)));
