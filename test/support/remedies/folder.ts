// A folder for what the rows write, removed after the tests of the file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-remedies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The path of a file there, or of the folder itself. */
export const written = (name = ''): string => join(folder, name);
