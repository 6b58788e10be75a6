// Joined declarations call what programs import by the name under which they import it.
import { describe, expect, test } from 'vitest';
import { declaring, otherNames, passedOn, withOwnNames, withPlainExports } from '../../scripts/declarations/names.mjs';
import { withMethodTexts } from '../../scripts/declarations/tidied.mjs';

describe('names of joined declarations', () => {
  test('what is exported takes its name from what is not', () => {
    const code =
      'interface Size { a: Size$1 }\ndeclare class Size$1 { size: Size; Size: number }\nexport { Size$1 as Size };';
    expect(withOwnNames(code, [], [])).toBe(
      'interface shared_Size { a: Size }\ndeclare class Size { size: shared_Size; Size: number }\nexport { Size };',
    );
  });

  test('of several that are exported the first has the name, and another is called after its namespace', () => {
    const code =
      'declare const relu: number;\ndeclare const relu$1: number;\ndeclare namespace index_d_exports { export { relu$1 as relu }; }\nexport { relu, index_d_exports as nn };';
    expect(withOwnNames(code, [], [])).toBe(
      'declare const relu: number;\ndeclare const nn_relu: number;\ndeclare namespace nn { export { nn_relu as relu }; }\nexport { relu, nn };',
    );
  });

  test('of several that are exported a class has the name', () => {
    const code =
      'declare class Module$1 {}\ndeclare const Module$2: typeof Module$1;\ndeclare namespace nn { export { Module$2 as Module }; }\nexport { nn, Module$1 as Module };';
    expect(withOwnNames(code, [], [])).toBe(
      'declare class Module {}\ndeclare const nn_Module: typeof Module;\ndeclare namespace nn { export { nn_Module as Module }; }\nexport { nn, Module };',
    );
  });

  test('parameters and names of the platform stay', () => {
    const code =
      'declare class Key$1 {}\ntype One<Key> = Key | Key$1;\ntype Of<T> = T extends infer Key ? Key : Key$1;\ndeclare class Map$1 extends Map<string, Key$1> {}\nexport { Key$1 as Key, Map$1 as Map };';
    expect(withOwnNames(code, [], [])).toBe(code.replaceAll(/(Key|Map)\$1/g, 'shared_$1'));
  });

  test('a namespace is called as the module that passes it on calls it', () => {
    const door = "import { index_d_exports as inner } from './shared.js';\nexport { inner as optim };";
    expect(passedOn(door, 'index')).toEqual([{ local: 'index_d_exports', name: 'optim', owner: 'torch' }]);
    const shared =
      'declare namespace index_d_exports$4 { export {}; }\nexport { index_d_exports$4 as index_d_exports };';
    expect(withOwnNames(shared, passedOn(door, 'index'), [])).toBe(
      'declare namespace optim { export {}; }\nexport { optim as index_d_exports };',
    );
  });
});

describe('no name has a number', () => {
  test('what a door exports is called after the door', () => {
    const code = 'type Size = 1;\ntype Size$1 = Size;\nexport { Size, Size$1 };';
    const exported = [
      { local: 'Size', name: 'Size', owner: 'vision' },
      { local: 'Size$1', name: 'Size', owner: 'torch' },
    ];
    expect(withOwnNames(code, exported, [])).toContain('type torch_Size = Size;');
  });

  test('what nothing exports is called after its module', () => {
    const code = 'type Order$2 = 1;\ntype Order$1 = 2;\ntype Order = Order$1 | Order$2;\nexport {};';
    const joined = ['a/box-coder/index', 'a/rpn', 'b/rpn'].map((path) => declaring(path, 'type Order = 0;'));
    expect(withOwnNames(code, [], joined)).toBe(
      'type boxCoder_Order = 1;\ntype rpn_Order = 2;\ntype Order = rpn_Order | boxCoder_Order;\nexport {};',
    );
  });

  test('a class goes before a constant that a namespace exports under its name', () => {
    const code =
      'declare class Module$1 {}\ntype Module = Module$1;\ndeclare const Module: new () => Module;\ndeclare namespace nn {\n  export { Module };\n}\nexport { Module$1 as Module, nn };';
    expect(withOwnNames(code, [], [])).toBe(
      'declare class Module {}\ntype nn_Module = Module;\ndeclare const nn_Module: new () => nn_Module;\ndeclare namespace nn {\n  export { nn_Module as Module };\n}\nexport { Module, nn };',
    );
  });

  test('a file that others import exports its names as they are', () => {
    const shared = 'declare namespace optim { export {}; }\nexport { type Size, optim as index_d_exports$4 };';
    const others = otherNames(shared);
    expect(withPlainExports(shared, () => undefined, others)).toContain('export { type Size, optim };');
    const door = "import { index_d_exports$4 as optim, Size } from './shared.js';\nexport { optim, Size };";
    expect(withPlainExports(door, (path) => (path === './shared.js' ? others : undefined))).toBe(
      "import { optim, Size } from './shared.js';\nexport { optim, Size };",
    );
  });
});

test('the text of a function stands at the method, too', () => {
  const code =
    'declare namespace waves_d_exports {\n  export { sine as sin, cos };\n}\n/** sin x. */\nexport declare const sine: Op;\ndeclare const cos: Op;\ntype All = FamilyMethods<typeof waves_d_exports>;';
  expect(withMethodTexts(code)).toContain('export {\n    /** sin x. */\n    sine as sin,\n    cos,\n  };');
  // Whatever else is a namespace stays as it is.
  const other = code.replace('FamilyMethods<', 'Names<');
  expect(withMethodTexts(other)).toBe(other);
});
