// The search of the site: how pages are taken apart, what is found in the texts as they are, and how much a page loads for it.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { partsOf, textOf } from '../../../demos/build/parts';
import { texts } from '../../../demos/build/search';
import { excerptOf, Finder, type Page } from '../../../demos/search/finder';
import { find, type Name } from '../../../demos/search/names';
import { askedWords, plainWord, wordsOf } from '../../../demos/search/words';

describe('words', () => {
  test.each([
    ['max_pool2d', ['max', 'pool2d']],
    ['maxPool2d', ['max', 'Pool2d']],
    ['torch.optim.lr_scheduler.StepLR', ['torch', 'optim', 'lr', 'scheduler', 'Step', 'LR']],
    ['CNNModel, 3×3', ['CNN', 'Model', '3', '3']],
    ['', []],
  ])('%s', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test('plurals are their singulars, and what only ends as one is left', () => {
    expect(['Weights', 'layers', 'loss', 'bias', 'radius', 'gas'].map(plainWord)).toEqual([
      'weight',
      'layer',
      'loss',
      'bias',
      'radius',
      'gas',
    ]);
  });

  test('of a question those are asked for that say something, or else all', () => {
    expect(askedWords('why is padding needed?')).toEqual(['padding', 'needed']);
    expect(askedWords('why')).toEqual(['why']);
  });
});

describe('parts of a page', () => {
  test('begin at headings, know what stands above them, and hold text without code, drawings and marks', () => {
    const html = `<p>First &amp; <strong>fore</strong>most.</p><h2 id="a">A <code>x</code></h2><p>One</p><svg><title>no</title></svg>
      <h3 id="b">B</h3><pre><code>F.max_pool2d(x, 2); F.maxPool2d(x, 2)</code></pre><ul><li>two</li><li>three</li></ul><h2 id="c">C</h2>`;
    expect(partsOf(html, 'The start.')).toEqual([
      ['', '', '', 'The start. First & foremost.', ''],
      ['a', 'A x', '', 'One', ''],
      ['b', 'B', 'A x', 'two three', 'max_pool2d'],
      ['c', 'C', '', '', ''],
    ]);
  });

  test('have the names that cells call, but neither what folded cells say nor what checks call', () => {
    const html = `<h2 id="a">A</h2><section class="cell code-cell"><details><summary>Folded</summary><pre><code>show(x)</code></pre></details></section>
      <section class="cell code-cell" data-check><pre><code>expect(x)</code></pre></section><p>End</p>`;
    expect(partsOf(html, '')).toEqual([['a', 'A', '', 'End', 'show']]);
  });

  test('short formulas are read, long ones are left out', () => {
    const math = (text: string) => `<math><mi>${text}</mi></math>`;
    expect(textOf(`With ${math('k')} and ${math('a very long formula')}.`)).toBe('With k and ….');
  });
});

describe('names', () => {
  const named = (name: string, space: string, page = name, theirs = ''): Name => [
    name,
    space,
    `${space}/${page.includes('#') ? page : `${page}.html`}`,
    theirs,
    '',
    '',
  ];
  const names = [
    named('dropout', 'nn', 'MultiheadAttention.html#dropout'),
    named('dropout', 'torch'),
    named('Dropout', 'nn'),
    named('maxpool', 'vision.models', 'ResNet.html#maxpool'),
    named('maxPool2d', 'nn.functional', 'maxPool2d', 'torch.nn.functional.max_pool2d'),
    named('AdamOptions', 'optim'),
    named('Adamax', 'optim'),
    named('stateDict', 'torch', 'GradScaler.html#stateDict'),
    named('stateDict', 'nn', 'Module.html#stateDict'),
  ];

  test.each([
    // A layer before a function of the same name, and both before members of other classes.
    ['dropout', ['nn/Dropout.html', 'torch/dropout.html', 'nn/MultiheadAttention.html#dropout']],
    ['max_pool', ['nn.functional/maxPool2d.html', 'vision.models/ResNet.html#maxpool']],
    ['adam', ['optim/Adamax.html', 'optim/AdamOptions.html']],
    ['state_dict', ['nn/Module.html#stateDict', 'torch/GradScaler.html#stateDict']],
  ])('%s', (question, addresses) => {
    expect(find(names, question).map((name) => name[2])).toEqual(addresses);
  });
});

test('an excerpt shows where most of the words are near each other', () => {
  const filler = 'Here is nothing of that kind. '.repeat(12);
  const excerpt = excerptOf(
    `A field is here. ${filler}The receptive field grows. ${filler}`,
    ['receptive', 'field'],
    60,
  );
  expect(excerpt.filter((_, i) => i % 2 === 1)).toEqual(['receptive', 'field']);
  expect(excerpt.join('')).toMatch(/^… .*The receptive field grows\. .* …$/);
  expect(excerptOf('Short.', ['field'])).toEqual(['Short.']);
});

describe('the texts of the site', () => {
  let pages: Page[] = [];
  const finder = new Finder();
  beforeAll(async () => {
    pages = texts(fileURLToPath(new URL('../../../', import.meta.url)));
    await finder.addPages(pages);
    await finder.addNames(
      [
        [
          'AdamW',
          'optim',
          'optim/AdamW.html',
          'torch.optim.AdamW',
          'Adam with decoupled decay.',
          'params lr weightDecay',
        ],
        [
          'maxPool2d',
          'nn.functional',
          'nn.functional/maxPool2d.html',
          'torch.nn.functional.max_pool2d',
          'The greatest.',
          '',
        ],
        ['maxPool2dWithIndices', 'nn.functional', 'nn.functional/maxPool2dWithIndices.html', '', '', ''],
      ],
      'reference/',
    );
  }, 120_000);

  test('are those of every kind of page, in at most 130 kB', () => {
    expect(new Set(pages.map(({ kind }) => kind))).toEqual(new Set(['Guide', 'Course', 'Notebook', 'Gallery', 'Page']));
    expect(pages.filter(({ kind }) => kind === 'Course')).toHaveLength(5);
    const bytes = gzipSync(JSON.stringify(pages), { level: 9 }).length;
    console.log(`texts of the search: ${Math.round(bytes / 1000)} kB`);
    expect(bytes).toBeLessThan(130_000);
  });

  test.each([
    ['receptive field', /notebook\/s\d-\w+\/#/],
    ['why padding', /notebook\/s0-convolution\/#padding-what-happens-at-the-border/],
    ['max pooling', /notebook\/s1-mnist\/#max-pooling/],
    ['saliency', /notebook\/s4-imaging\/#/],
    ['non-maximum suppression', /notebook\/s3-notes\/#/],
    ['confusion matrix', /notebook\/s1-mnist\/#/],
    ['DataLoader workers', /guide\/(data|workers)\//],
    ['safetensors', /guide\/(files|weights)\//],
    ['Adam', /guide\/training\/#/],
    ['GPT-2', /gallery\/gpt2\//],
    ['weight decay', /reference\/optim\/AdamW\.html/],
    ['padd', /#padding-/],
    ['convolutoin by hand', /gallery\/convolution\/|notebook\/s0/],
  ])('%s is found in the first three', (question, address) => {
    const found = finder.find(question).map((each) => each.address);
    expect(
      found.slice(0, 3).filter((each) => address.test(each)),
      found.join('\n'),
    ).not.toEqual([]);
  });

  test('a name that is spelt as asked stands first, and each place once', () => {
    for (const question of ['max_pool2d', 'maxPool2d', 'F.max_pool2d', 'torch.nn.functional.max_pool2d']) {
      const found = finder.find(question).map(({ address }) => address);
      expect(found[0]).toBe('reference/nn.functional/maxPool2d.html');
      expect(new Set(found).size).toBe(found.length);
    }
  });

  test('what is nowhere finds nothing, nor does an empty question', () => {
    expect([finder.find('qwxzjk'), finder.find(''), finder.find(' _ ')]).toEqual([[], [], []]);
  });
});
