// Where the reference's scripts find the checkout, and where its readers find the sources.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the checkout, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The address of the repository. @type {string} */
export const repository = JSON.parse(readFileSync(`${root}package.json`, 'utf8')).repository.url.replace(
  /^git\+|\.git$/g,
  '',
);
