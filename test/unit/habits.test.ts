// Habits from Python and from other libraries that cannot work in JavaScript: the error says what to write.
import * as torch from 'lamplight';
import { data, nn, vision } from 'lamplight';
import { expect, test } from 'vitest';

const x = torch.ones(2);
const loader = new data.DataLoader(new data.TensorDataset(torch.ones(4, 2)), { batchSize: 2 });
const { datasets } = vision;

/** What the types refuse, each with the code that its error gives. */
const habits: Readonly<Record<string, readonly [habit: () => unknown, write: string]>> = {
  'an index in brackets': [() => Reflect.get(x, 0), 'x.at(0)'],
  'a batch without await': [() => [...(loader as unknown as Iterable<unknown>)], 'for await (const batch of loader)'],
  'a data set as a class': [
    () => Reflect.construct(datasets.MNIST, ['mnist/']),
    'MNIST: expected a call without new, since its files must be awaited; write await datasets.MNIST(root)',
  ],
  'CIFAR as a class': [() => Reflect.construct(datasets.CIFAR10, ['cifar/']), 'write await datasets.CIFAR10(root)'],
  'a misspelt option': [() => new nn.Conv2d(1, 1, 1, { pading: 1 } as object), "did you mean 'padding'?"],
  "an option in Python's spelling": [
    () => new nn.Conv2d(1, 1, 1, { padding_mod: 'zeros' } as object),
    "did you mean 'paddingMode'?",
  ],
  'a misspelt argument of a function': [() => nn.functional.softmax(x, { dims: 0 } as never), "did you mean 'dim'?"],
};

test.each(Object.entries(habits))('%s', (_, [habit, write]) => {
  expect(habit).toThrow(torch.ArgumentError);
  expect(habit).toThrow(write);
});

test('a data set has the name that users know it by', () => {
  expect(datasets.FashionMNIST.name).toBe('FashionMNIST');
});
