// Outputs of courses and of the guide that were recorded: where they lie, and which belongs to which cell.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Recording what the cells of a text put out in one language
 * @property {Readonly<Record<string, string>>} cells HTML by the key of the cell; '' for a cell that puts out nothing
 * @property {Readonly<Record<string, string>>} styles declarations by the class that stands for them
 */

/** The folders of all recordings: those of courses, and those of the guide's pages. */
export const RECORDED = fileURLToPath(new URL('../demos/notebook/recorded', import.meta.url));
export const RECORDED_GUIDE = fileURLToPath(new URL('../demos/guide/recorded', import.meta.url));
const FILE = 'outputs.json';

/**
 * The folder of a text's recording, in which the pictures lie.
 * @param {string} text the name of its file, without the ending
 * @param {string} language
 */
export const folderOf = (text, language, recorded = RECORDED) => join(recorded, `${text}.${language}`);

/**
 * Null where nothing was recorded.
 * @param {string} folder
 * @returns {Recording | null}
 */
export function recordingIn(folder) {
  const path = join(folder, FILE);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/**
 * Gives cells their keys, one after the other: a cell is known by its code, and of cells with the same code by their order.
 * @returns {(code: string) => string}
 */
export function keys() {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return (code) => {
    const hash = createHash('sha256').update(code.trim()).digest('hex').slice(0, 12);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return count === 1 ? hash : `${hash}-${count}`;
  };
}

export { FILE as RECORDING };
