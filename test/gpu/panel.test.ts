// Where results appear by themselves: a panel for a trainer in an element of a page, and a place that shows whatever is made.

import type { DisplayedBar } from 'lamplight';
import * as torch from 'lamplight';
import { Panel, type Trainer } from 'lamplight/lightning';
import { ConfusionMatrix } from 'lamplight/metrics';
import { afterEach, expect, test } from 'vitest';
import { bare, loader, Net } from '../support/lightning-net';

afterEach(() => {
  torch.setDisplay(null);
  document.body.replaceChildren();
});

function place(): HTMLElement {
  const element = document.createElement('div');
  element.id = 'training';
  element.style.width = '600px';
  document.body.append(element);
  return element;
}

test('a panel shows bars, curves and figures of a training, by a selector or an element', async () => {
  const element = place();
  const trainer: Trainer = bare({ maxEpochs: 2, callbacks: new Panel('#training', { refreshRate: 0 }) });
  await trainer.fit(new Net(), loader(), loader(8));
  const bars = [...element.querySelectorAll('.panel-bars progress')] as HTMLProgressElement[];
  expect(bars[0]!.getAttribute('aria-label')).toBe('Epoch 1');
  expect(bars[0]!.value).toBe(bars[0]!.max);
  expect(element.querySelector('.panel-curves canvas')!.getAttribute('aria-label')).toMatch(/^loss; Step; last values/);
  const figures = [...element.querySelectorAll<HTMLTableRowElement>('.panel-figures tr')].map((row) => row.textContent);
  expect(figures).toEqual(expect.arrayContaining([expect.stringMatching(/^val_loss[\d.]+/)]));
  expect(() => new Panel('#nowhere')).toThrow(
    "Panel: expected an element of the page that matches '#nowhere', but there is none",
  );
  expect(() => new Panel(3 as never)).toThrow(
    'Panel: expected an element of the page or a selector of one, but got number 3',
  );
});

test('a display is given plots without a canvas, bars and what trainers log, and may end trainings', async () => {
  const plots: { canvas: unknown; redraw: unknown }[] = [];
  const bars: DisplayedBar[][] = [];
  const rows: Record<string, number>[] = [];
  const abort = new AbortController();
  torch.setDisplay({
    plot: (canvas, redraw) => plots.push({ canvas, redraw }),
    bars: (_, now) => bars.push([...now]),
    logger: () => ({ refreshRate: 0, logMetrics: (metrics) => rows.push(metrics) }),
    signal: abort.signal,
  });
  const metric = new ConfusionMatrix({ task: 'binary' });
  metric.update(torch.tensor([0, 1, 1]), torch.tensor([0, 1, 0]));
  const canvas = await metric.plot();
  await metric.plot({ canvas: new OffscreenCanvas(50, 50) });
  expect(plots).toHaveLength(1);
  expect(plots[0]!.canvas).toBe(canvas);
  (plots[0]!.redraw as (canvas: OffscreenCanvas) => void)(new OffscreenCanvas(200, 100));

  const trainer = bare({ maxEpochs: 3, enableProgressBar: true, logger: true, logEveryNSteps: 1 });
  const net = new Net();
  net.onTrainEpochEnd = () => {
    if (trainer.currentEpoch === 1) abort.abort();
  };
  await trainer.fit(net, loader());
  expect(trainer.currentEpoch).toBe(2);
  expect(bars.at(-1)!.map(({ title, done, total }) => ({ title, done, total }))).toEqual([
    { title: 'Epoch 1', done: 5, total: 5 },
  ]);
  expect(bars.at(-1)![0]!.text).toContain('Epoch 1: 100%');
  expect(rows.filter((row) => 'train_loss_step' in row).length).toBeGreaterThanOrEqual(10);
  torch.setDisplay(null);
  await metric.plot();
  expect(plots).toHaveLength(1);
  expect(() => torch.setDisplay(3 as never)).toThrow(
    'setDisplay: expected an object with plot, bars, logger or signal, or null',
  );
  expect(() => torch.setDisplay({ plots: () => {} } as never)).toThrow("setDisplay: got an unknown argument 'plots'");
});
