// Hooks around stateDict and loadStateDict: when they are called, and how they change a dict, its keys and errors.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';

describe('hooks of state dicts', () => {
  /** A model whose modules all note what is called. PyTorch loads one module after another: there `loaded 0` comes before `load 1`. */
  const noted = () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Sequential(new nn.Linear(2, 2)));
    const log: string[] = [];
    for (const [path, module] of model.namedModules()) {
      module.registerStateDictPreHook((_, prefix, keepVars) => void log.push(`save ${path}: '${prefix}' ${keepVars}`));
      module.registerStateDictPostHook((_, state, prefix) => {
        log.push(`saved ${path}: '${prefix}' ${Object.keys(state).length}`);
      });
      module.registerLoadStateDictPreHook((_, __, prefix, ___, strict, missing, unexpected, errors) => {
        log.push(`load ${path}: '${prefix}' ${strict} ${missing.length + unexpected.length + errors.length}`);
      });
      module.registerLoadStateDictPostHook((_, keys) => void log.push(`loaded ${path}: ${keys}`));
    }
    return { model, log };
  };

  test('are called from the module inwards before, and outwards after', () => {
    const { model, log } = noted();
    const state = model.stateDict({ prefix: 'a.', keepVars: true });
    const all = '<All keys matched successfully>';
    expect(log.splice(0)).toEqual([
      ...["save : 'a.' true", "save 0: 'a.0.' true", "saved 0: 'a.0.' 2", "save 1: 'a.1.' true"],
      ...["save 1.0: 'a.1.0.' true", "saved 1.0: 'a.1.0.' 4", "saved 1: 'a.1.' 4", "saved : 'a.' 4"],
    ]);
    model.loadStateDict(Object.fromEntries(Object.entries(state).map(([key, x]) => [key.slice(2), x])));
    expect(log).toEqual([
      ...["load : '' true 0", "load 0: '0.' true 0", "load 1: '1.' true 0", "load 1.0: '1.0.' true 0"],
      ...[`loaded 0: ${all}`, `loaded 1.0: ${all}`, `loaded 1: ${all}`, `loaded : ${all}`],
    ]);
  });

  test('of saving change the dict, until they are removed, and are copied', () => {
    const layer = new nn.Linear(2, 2);
    const { remove } = layer.registerStateDictPostHook({
      hook: (_, state, prefix) => void Object.assign(state, { [`${prefix}more`]: torch.ones(1) }),
    });
    const model = new nn.Sequential(layer, torch.deepcopy(layer));
    expect(Object.keys(model.stateDict())).toEqual(['0.weight', '0.bias', '0.more', '1.weight', '1.bias', '1.more']);
    remove();
    expect(Object.keys(layer.stateDict())).toEqual(['weight', 'bias']);
  });

  test('of loading rename keys in a copy of the dict, and add errors', () => {
    const model = new nn.Sequential(new nn.Linear(2, 2, { bias: false }));
    const handle = model[0]!.registerLoadStateDictPreHook((_, state, prefix) => {
      state[`${prefix}weight`] = state[`${prefix}w`]!;
      delete state[`${prefix}w`];
    });
    const old = { '0.w': torch.ones(2, 2) };
    expect(`${model.loadStateDict(old)}`).toBe('<All keys matched successfully>');
    expect(Object.keys(old)).toEqual(['0.w']);
    handle.remove();
    expect(() => model.loadStateDict(old)).toThrow('Missing key(s) in state_dict: "0.weight". \n\tUnexpected');
    model.registerLoadStateDictPreHook((...[, , , , , missing, unexpected, errors]) => {
      missing.push('a');
      unexpected.push('b');
      errors.push('c');
    });
    expect(() => model.loadStateDict(model.stateDict())).toThrow(
      /Missing key\(s\) in state_dict: "a"\. \n\tUnexpected key\(s\) in state_dict: "b"\. \n\tc$/,
    );
  });

  test('after loading change what strict reads', () => {
    const layer = new nn.Linear(2, 2);
    const { remove } = layer.registerLoadStateDictPostHook((_, { missingKeys, unexpectedKeys }) => {
      missingKeys.splice(0);
      unexpectedKeys.splice(0);
    });
    expect(`${layer.loadStateDict({ weight: torch.ones(2, 2), other: torch.ones(1) })}`).toContain('All keys matched');
    remove();
    layer.registerLoadStateDictPostHook((_, { missingKeys }) => void missingKeys.push('more'));
    expect(() => layer.loadStateDict(layer.stateDict())).toThrow('Missing key(s) in state_dict: "more"');
    expect(layer.loadStateDict(layer.stateDict(), { strict: false }).missingKeys).toEqual(['more']);
    expect(() => layer.loadStateDict({ weight: torch.ones(3, 2) }, { strict: false })).toThrow('size mismatch');
  });

  test('are functions', () => {
    const layer = new nn.Linear(2, 2);
    expect(() => layer.registerStateDictPreHook(3 as never)).toThrow(
      'registerStateDictPreHook: expected hook to be a function',
    );
    const two = [() => {}, 3] as never as [() => void];
    expect(() => layer.registerLoadStateDictPostHook(...two)).toThrow('registerLoadStateDictPostHook');
  });
});

describe('extra state', () => {
  class Counted extends nn.Module {
    weight = new nn.Parameter(torch.ones(2));
    inner = new nn.Linear(1, 1);
    calls = 0;
    forward(x: Tensor): Tensor {
      this.calls++;
      return x.mul(this.weight);
    }
    override getExtraState(): unknown {
      return { calls: this.calls };
    }
    override setExtraState(state: { readonly calls: number }): void {
      this.calls = state.calls;
    }
  }

  test('is saved beside the tensors of its module, and loaded', () => {
    const model = new nn.Sequential(new Counted());
    model(torch.ones(2));
    const state = model.stateDict();
    expect(Object.keys(state)).toEqual(['0.weight', '0._extra_state', '0.inner.weight', '0.inner.bias']);
    const other = new nn.Sequential(new Counted());
    expect(`${other.loadStateDict(state)}`).toBe('<All keys matched successfully>');
    expect(other[0].calls).toBe(1);
    const { '0._extra_state': extra, ...rest } = state;
    expect(() => other.loadStateDict(rest)).toThrow('Missing key(s) in state_dict: "0._extra_state"');
    expect(() => new nn.Linear(1, 1).loadStateDict({ _extra_state: extra! }, { strict: true })).toThrow(/Unexpected/);
  });
});
