// Panels inside lessons: pointer, keyboard, a phone's width, what axe-core finds, and a network of the notebook that answers to a drawing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, PHONE } from '../e2e/accessible';
import { type BuiltSite, cell, openBuiltSite, output, ready, run, write } from './support';

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

/** A new notebook whose only cell holds this code, and has run. */
async function ran(code: string) {
  const watched = await site.open('notebook/');
  await ready(watched.page);
  await write(watched.page, 1, code);
  await run(watched.page, 1);
  return { ...watched, out: output(watched.page, 1) };
}

test('a convolution shows the products of the number that is pointed at, by pointer and by keyboard, and computes with what is typed', async () => {
  const { page, problems, out } = await ran("panel('convolution');\npanel('channels');");
  const panel = out.locator('.convolution');
  const sum = panel.locator('.sum');
  await panel.locator('[data-sheet="output"] td').nth(6).hover();
  await expect
    .poll(() => sum.innerText())
    .toMatch(/Row 2, column 2 of the output:\s+9 · \(−1\) \+ 9 · \(−2\) \+ 9 · \(−1\) = −36/);
  await panel.locator('[data-sheet="output"] td[tabindex="0"]').focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => sum.innerText()).toContain('Row 3, column 2');
  await panel.getByLabel('Kernel, row 2, column 3').fill('-4');
  await expect.poll(() => sum.innerText()).toContain('9 · (−4)');
  await panel.getByRole('slider', { name: 'Padding' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => panel.innerText()).toContain('Input 7 × 7, padded to 9 × 9');
  const channels = out.locator('.channels');
  await channels.locator('[data-sheet="sum"] td').first().hover();
  await expect.poll(() => channels.locator('.sum').innerText()).toMatch(/4 \+ 3 \+ 6 \+ 1 = 14/);
  await expectAccessible(page, 'panels of convolutions');
  await page.setViewportSize(PHONE);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  expect(problems).toEqual([]);
  await page.context().close();
});

test('volumes show what a number sees, and a film is played', async () => {
  const { page, problems, out } = await ran(
    `import { nn, ones } from 'lamplight';
import { layerShapes } from 'lamplight/interpret';
const net = new nn.Sequential(new nn.Conv2d(1, 6, 5), new nn.MaxPool2d(2), new nn.Conv2d(6, 16, 5), new nn.Flatten(), new nn.Linear(1024, 10));
volumes(layerShapes(net, [1, 1, 28, 28]), { title: 'A small one', input: [1, 28, 28] });
const film = filmOf('Ones');
for (let step = 0; step < 5; step++) film.add(step, ones(2, 3, 3).mul(step));`,
  );
  const said = out.locator('.volumes .sum');
  await expect.poll(() => said.innerText()).toContain('One number sees 14 × 14 numbers of the input');
  await out.locator('.volume[tabindex="0"]').focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => said.innerText()).toContain('One number sees 6 × 6 numbers of the input');
  await out.locator('.volume').last().hover();
  await expect.poll(() => said.innerText()).toContain('Each number sees the whole input.');
  const film = out.locator('.out.film');
  await expect.poll(() => film.innerText()).toMatch(/Step 4\s+5 frames/);
  await film.getByRole('slider', { name: 'Frame' }).focus();
  await page.keyboard.press('Home');
  await expect.poll(() => film.innerText()).toContain('Step 0');
  await expectAccessible(page, 'volumes and a film');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a digit is moved under two networks, by slider and by keys on the picture', async () => {
  const { page, problems, out } = await ran("panel('shift');");
  const panel = out.locator('.shift');
  const said = (name: string) => panel.locator(`[data-answer="${name}"] .pad-said`).innerText();
  const picture = panel.getByRole('application', { name: /Arrow keys move it/ });
  await picture.waitFor();
  // What PyTorch says of the stored digits: the 3 in the middle, and moved by four pixels to the right.
  await expect.poll(() => said('dense')).toBe('2: 67 %');
  expect(await said('convolutional')).toBe('3: 100 %');
  await picture.focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowLeft');
  await expect.poll(() => said('dense')).toBe('3: 100 %');
  expect(await panel.getByRole('slider', { name: 'To the right' }).inputValue()).toBe('0');
  await panel.getByRole('combobox', { name: 'Digit' }).selectOption('4');
  await expect.poll(() => said('convolutional')).toBe('4: 100 %');
  await expectAccessible(page, 'a moved picture');
  await page.setViewportSize(PHONE);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  expect(problems).toEqual([]);
  await page.context().close();
});

test('gradients of a convolution show what they are sums of, and follow what is pressed', async () => {
  const { page, problems, out } = await ran(
    `panel('backward', { kernel: [[1, 2, 3], [4, 5, 6], [7, 8, 9]], gradient: [[1, 0, 0], [0, 0, 0], [0, 0, -1]] });`,
  );
  const panel = out.locator('.backward');
  const sum = panel.locator('.sum');
  await expect.poll(() => sum.innerText()).toMatch(/dx in row 3, column 3: .*\s+9 · 1 \+ 1 · \(−1\) = 8/);
  await panel.locator('[data-sheet="dw"] td').first().click();
  await expect.poll(() => sum.innerText()).toMatch(/dw in row 1, column 1: .*\s+9 · \(−1\) = −9/);
  expect(await panel.locator('[data-sheet="x"] td.framed').count()).toBe(9);
  // The middle of dy becomes 1, and the middle of x is 9.
  await panel.locator('[data-sheet="dy"] td').nth(4).click();
  await panel.locator('[data-sheet="dw"] td[tabindex="0"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => sum.innerText()).toMatch(/dw in row 2, column 2: .*\s+9 · 1 = 9/);
  await panel.getByRole('slider', { name: 'Padding' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => panel.locator('[data-sheet="dy"] td').count()).toBe(25);
  await expectAccessible(page, 'gradients of a convolution');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a network of the notebook answers to what is drawn by keys', async () => {
  const { page, problems, out } = await ran(
    `import { nn } from 'lamplight';
const net = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10));
await pad({ predict: (x) => net(x) });`,
  );
  const said = out.locator('.pad-said');
  await expect.poll(() => said.innerText()).toMatch(/^\d: [\d.]+ %$/);
  await out.getByRole('button', { name: 'Clear' }).click();
  await expect.poll(() => said.innerText()).toContain('Draw, and the network says');
  await out.getByRole('application', { name: /^A place to draw/ }).focus();
  await page.keyboard.press('Enter');
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown');
  await expect.poll(() => said.innerText()).toMatch(/^\d: [\d.]+ %$/);
  await expectAccessible(page, 'a pad');

  // While another cell runs, it says why nothing comes, and answers when that cell is over.
  await cell(page, 1).getByRole('button', { name: 'More for this cell' }).click();
  await page.getByRole('button', { name: 'Add code below' }).click();
  await cell(page, 2).waitFor();
  await write(page, 2, 'await new Promise((done) => setTimeout(done, 4000));');
  await cell(page, 2).locator('.run').click();
  await cell(page, 2).and(page.locator('[data-state="running"]')).waitFor();
  await out.getByRole('application', { name: /^A place to draw/ }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => said.innerText()).toContain('A cell runs: the network answers');
  await expect.poll(() => said.innerText(), { timeout: 30_000 }).toMatch(/^\d: [\d.]+ %$/);
  expect(await cell(page, 1).getAttribute('data-state')).toBe('done');
  expect(problems).toEqual([]);
  await page.context().close();
});
