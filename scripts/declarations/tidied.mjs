// Plugin that finishes joined declarations: what was declared in modules that are files no more is declared in those that hold them.
import { readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { ADDED_TO } from './completed.mjs';
import { declaring, otherNames, passedOn, withOwnNames, withPlainExports } from './names.mjs';

/**
 * @param {string} folder where the declarations of sources are
 * @returns {import('rolldown').Plugin}
 */
export function tidied(folder) {
  return {
    name: 'lamplight:tidied-declarations',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const exported = chunks.flatMap(({ code, fileName }) => passedOn(code, withoutEnding(fileName)));
      for (const chunk of chunks) {
        // It helps modules that run.
        if (chunk.fileName.endsWith('rolldown-runtime.d.ts')) delete bundle[chunk.fileName];
        else {
          const named = withOwnNames(withAdditions(chunk, chunks, folder), exported, joinedIn(chunk, folder));
          chunk.code = withDisposal(withMethodTexts(withNamedDefault(named)));
        }
      }
      const others = new Map(
        chunks.flatMap(({ code, fileName, isEntry }) => (isEntry ? [] : [[fileName, otherNames(code)]])),
      );
      for (const chunk of chunks) {
        const from = (/** @type {string} */ path) =>
          others.get(posix.join(posix.dirname(chunk.fileName), path).replace(/\.js$/, '.d.ts'));
        chunk.code = withPlainExports(chunk.code, from, others.get(chunk.fileName));
      }
    },
  };
}

/** @param {string} file */
const withoutEnding = (file) => file.replaceAll('\\', '/').replace(/\.d\.ts$/, '');

/**
 * The modules of a chunk, and what each declares.
 * @param {import('rolldown').OutputChunk} chunk
 * @param {string} folder
 */
const joinedIn = ({ moduleIds }, folder) =>
  moduleIds
    .filter((id) => id.endsWith('.d.ts'))
    .map((id) => declaring(withoutEnding(relative(folder, id)), readFileSync(id, 'utf8')));

/**
 * The code of a chunk that adds to a module's declarations where these are now.
 * @param {import('rolldown').OutputChunk} chunk
 * @param {readonly import('rolldown').OutputChunk[]} chunks
 * @param {string} folder
 */
const withAdditions = ({ code, fileName }, chunks, folder) =>
  code.replace(new RegExp(`(?<=declare module ['"])${ADDED_TO}([^'"]+)`, 'g'), (_, file) => {
    const holder = chunks.find(({ moduleIds }) => moduleIds.includes(join(folder, `${file}.d.ts`)));
    if (!holder) throw new Error(`${fileName}: expected a declaration of ${file} to add to, but there is none`);
    const path = posix.relative(posix.dirname(fileName), holder.fileName).replace(/\.d\.ts$/, '.js');
    return path.startsWith('.') ? path : `./${path}`;
  });

/**
 * The first default export among modules that are namespaces here is declared under its own name, which none may have.
 * @param {string} code
 */
const withNamedDefault = (code) =>
  /^declare const default\b/m.test(code)
    ? code
        .replace(/^declare const default\b/m, 'declare const ownDefault')
        .replace(/^( {2}export \{(?:[^{}]*, )?)default(?=[, ])/m, '$1ownDefault as default')
    : code;

/** A text, and the name of the constant or function that it stands before. */
const TOLD = /^(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\n(?:export )?declare (?:const|function) ([\w$]+)/gm;

/**
 * The families of functions are namespaces here, whose members are other names of what they export. Editors read the text of a method where
 * the member is named, so it stands there, too.
 * @param {string} code
 */
export function withMethodTexts(code) {
  const texts = new Map([...code.matchAll(TOLD)].map(([, text = '', name = '']) => [name, text]));
  const families = new Set([...code.matchAll(/\bFamilyMethods<typeof ([\w$]+)>/g)].map(([, name]) => name));
  return code.replace(/^declare namespace ([\w$]+) \{\n {2}export \{ ([^{}]+) \};\n\}/gm, (whole, name, list) => {
    if (!families.has(name)) return whole;
    const members = list.split(', ').map((/** @type {string} */ member) => {
      const text = texts.get(member.split(' ')[0] ?? '');
      return text ? `    ${text.replace(/\n/g, '\n   ')}\n    ${member},` : `    ${member},`;
    });
    return `declare namespace ${name} {\n  export {\n${members.join('\n')}\n  };\n}`;
  });
}

/**
 * Names of explicit resource management belong to a library of TypeScript's that not every program names.
 * @param {string} code
 */
const withDisposal = (code) =>
  /\bSymbol\.(?:asyncD|d)ispose\b|\b(?:AsyncD|D)isposable\b/.test(code)
    ? `/// <reference lib="esnext.disposable" preserve="true" />\n${code}`
    : code;
