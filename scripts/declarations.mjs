// Writes the type declarations of a build into dist.
import { fileURLToPath } from 'node:url';
import { writeDeclarations } from './declarations/written.mjs';

await writeDeclarations(fileURLToPath(new URL('../dist', import.meta.url)));
