// The page of Hugging Face's transformers: what is learned and how, and what the network writes before and after it.

import { byId, formatCount, make } from 'lamplight-notebook/ui/dom';
import { keepField } from 'lamplight-notebook/ui/kept';
import { showBanner } from '../../ui/banners';
import { Chart } from '../../ui/panels/chart';
import { Figures } from '../../ui/panels/figures';
import { Settings } from '../../ui/panels/settings';
import { TextSource } from '../../ui/panels/text-source';
import { openGallery, type Values } from '../page';

const banners = byId('banners', HTMLElement);
const settings = new Settings(
  byId('settings', HTMLElement),
  {
    steps: { kind: 'range', label: 'Steps', min: 10, max: 200, step: 10, value: 40 },
    rate: {
      kind: 'range',
      label: 'Learning rate',
      ...{ min: -4, max: -2, step: 0.25, value: -2.5 },
      format: (power) => (10 ** power).toPrecision(2),
    },
  },
  () => give(),
);
const beginning = make('input', { type: 'text', maxLength: 60, value: 'Twinkle' });
byId('settings', HTMLElement).after(make('label', { className: 'field' }, make('span', {}, 'Beginning'), beginning));
keepField(beginning, 'beginning');
beginning.addEventListener('change', give);

const figures = new Figures(byId('figures', HTMLElement), { parameters: 'Parameters', step: 'Step', loss: 'Loss' });
const loss = new Chart({ x: 'step', y: 'loss' });
byId('loss', HTMLElement).append(loss.element);

const page = openGallery({ draw, heard });
give();

const source = new TextSource({
  least: 40,
  changed: (text, name) => {
    page.addFile(new File([text], 'text.txt', { type: 'text/plain' }));
    byId('learned', HTMLElement).textContent = `${formatCount(text.length)} letters: ${name}.`;
  },
  problem: (text) => showBanner(banners, 'The text stays as it was.', ` ${text}`),
});
byId('source', HTMLElement).append(source.element);

const wheels = byId('wheels', HTMLInputElement);
wheels.addEventListener('change', () => {
  const files = [...(wheels.files ?? [])];
  for (const file of files) page.addFile(file);
  // It has said that they are wanted.
  banners.querySelector('.banner')?.remove();
  byId('given', HTMLElement).textContent = `${formatCount(files.length)} wheels were added. Run the program again.`;
});

function give(): void {
  const { rate, steps } = settings.values;
  page.give({ steps, rate: 10 ** rate, beginning: beginning.value });
}

/** Counts runs: each keeps its curve, whose points come faster than frames. */
let run = 0;

function heard(values: Values): void {
  if ('before' in values) run++;
  if (!('loss' in values)) return;
  loss.add(`${run}: at ${(10 ** settings.values.rate).toPrecision(2)}`, Number(values.step), Number(values.loss));
}

function draw(values: Values): void {
  if ('missing' in values) {
    showBanner(
      banners,
      `${String(values.missing)} could not be fetched from PyPI.`,
      ' Download its wheel and that of accelerate, with what they need, choose the files under “Wheels”, and run the program again.',
    );
    wheels.focus();
  }
  if ('before' in values) {
    byId('before', HTMLElement).textContent = String(values.before);
    byId('after', HTMLElement).textContent = '';
    figures.set({ parameters: formatCount(Number(values.parameters)) });
  }
  if ('loss' in values) {
    const [step, of] = [formatCount(Number(values.step)), formatCount(Number(values.of))];
    byId('step', HTMLElement).textContent = `step ${step} of ${of}`;
    figures.set({ step, loss: Number(values.loss).toFixed(3) });
  }
  if ('after' in values) byId('after', HTMLElement).textContent = String(values.after);
}
