// Joined declarations call what programs import by the name under which they import it.
import { describe, expect, test } from 'vitest';
import { passedOn, withOwnNames } from '../../scripts/declarations/names.mjs';
import { withMethodTexts } from '../../scripts/declarations/tidied.mjs';

describe('names of joined declarations', () => {
  test('what is exported takes its name from what is not', () => {
    const code =
      'interface Size { a: Size$1 }\ndeclare class Size$1 { size: Size; Size: number }\nexport { Size$1 as Size };';
    expect(withOwnNames(code, [])).toBe(
      'interface Size$1 { a: Size }\ndeclare class Size { size: Size$1; Size: number }\nexport { Size };',
    );
  });

  test('of several that are exported the first has the name', () => {
    const code =
      'declare const relu: number;\ndeclare const relu$1: number;\ndeclare namespace index_d_exports { export { relu$1 as relu }; }\nexport { relu, index_d_exports as nn };';
    expect(withOwnNames(code, [])).toBe(
      'declare const relu: number;\ndeclare const relu$1: number;\ndeclare namespace nn { export { relu$1 as relu }; }\nexport { relu, nn };',
    );
  });

  test('of several that are exported a class has the name', () => {
    const code =
      'declare class Module$1 {}\ndeclare const Module$2: typeof Module$1;\ndeclare namespace nn { export { Module$2 as Module }; }\nexport { nn, Module$1 as Module };';
    expect(withOwnNames(code, [])).toBe(
      'declare class Module {}\ndeclare const Module$2: typeof Module;\ndeclare namespace nn { export { Module$2 as Module }; }\nexport { nn, Module };',
    );
  });

  test('parameters and names of the platform stay', () => {
    const code =
      'declare class Key$1 {}\ntype One<Key> = Key | Key$1;\ntype Of<T> = T extends infer Key ? Key : Key$1;\ndeclare class Map$1 extends Map<string, Key$1> {}\nexport { Key$1 as Key, Map$1 as Map };';
    expect(withOwnNames(code, [])).toBe(code);
  });

  test('a namespace is called as the module that passes it on calls it', () => {
    const door = "import { index_d_exports as inner } from './shared.js';\nexport { inner as optim };";
    expect(passedOn(door)).toEqual([{ local: 'index_d_exports', name: 'optim' }]);
    const shared =
      'declare namespace index_d_exports$4 { export {}; }\nexport { index_d_exports$4 as index_d_exports };';
    expect(withOwnNames(shared, passedOn(door))).toBe(
      'declare namespace optim { export {}; }\nexport { optim as index_d_exports };',
    );
  });
});

test('the text of a function stands at the method, too', () => {
  const code =
    'declare namespace waves_d_exports {\n  export { sine as sin, cos };\n}\n/** sin x. */\nexport declare const sine: Op;\ndeclare const cos: Op;\ntype All = Methods$1<typeof waves_d_exports>;';
  expect(withMethodTexts(code)).toContain('export {\n    /** sin x. */\n    sine as sin,\n    cos,\n  };');
  // Whatever else is a namespace stays as it is.
  const other = code.replace('Methods$1<', 'Names<');
  expect(withMethodTexts(other)).toBe(other);
});
