// Code in the site's colours, before an editor opens it.
import { readFileSync } from 'node:fs';
import { highlighted } from 'lamplight-notebook/render/code';
import { expect, test } from 'vitest';

const textOf = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

test('names are plain text, and neighbours of one colour are one part', () => {
  expect(highlighted('const x: Tensor = f([1]); // a < b')).toBe(
    '<span class="tok-keyword">const</span> x<span class="tok-quiet">: </span><span class="tok-type">Tensor </span>' +
      '<span class="tok-quiet">=</span> f<span class="tok-quiet">([</span><span class="tok-number">1</span>' +
      '<span class="tok-quiet">]); </span><span class="tok-comment">// a &lt; b</span>',
  );
  expect(highlighted('def f():\n    return None', 'python')).toBe(
    '<span class="tok-keyword">def</span> f<span class="tok-quiet">()</span>:\n    <span class="tok-keyword">return None</span>',
  );
});

test('the text stays the code', () => {
  const code = readFileSync(new URL('../../../packages/notebook/render/code.ts', import.meta.url), 'utf8');
  expect(textOf(highlighted(code))).toBe(code);
  expect(textOf(highlighted(code, 'python'))).toBe(code);
  expect(highlighted('')).toBe('');
});
