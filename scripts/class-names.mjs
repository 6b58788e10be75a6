// Vite plugin that writes the name of every class of the library into it, as `static name = 'Conv2d'`. Bundlers and minifiers rename
// classes, and the name of a class is what `constructor.name`, a printed model and an error's name say. A static field is kept by
// all of them, is not kept alive by itself, and a subclass has the name that the engine gives it.
import { parseAst } from 'vite';

/** @returns {import('vite').Plugin} */
export function classNames() {
  return {
    name: 'lamplight:class-names',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/.*\.ts$/ },
      // Nothing moves to another line, so the source map stays right.
      handler: (code) => ({ code: withNames(code), map: null }),
    },
  };
}

/** What came of each source: builds in one process share most of them. @type {Map<string, string>} */
const known = new Map();

/** @param {string} code TypeScript @returns {string} */
export function withNames(code) {
  const result = known.get(code) ?? named(code);
  known.set(code, result);
  return result;
}

/** @param {string} code */
function named(code) {
  let result = '';
  let done = 0;
  for (const statement of parseAst(code, { lang: 'ts' }).body) {
    const isExport = statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration';
    const declared = isExport ? statement.declaration : statement;
    if (declared?.type !== 'ClassDeclaration' || !declared.id || declared.declare) continue;
    const at = declared.body.start + 1;
    result += `${code.slice(done, at)} static name = '${declared.id.name}';`;
    done = at;
  }
  return result + code.slice(done);
}
