// The page of times: what the program reports becomes a table and a roofline, and other libraries are put beside it.

import { byId, make } from 'lamplight-notebook/ui/dom';
import { focusWhileScrollable } from 'lamplight-notebook/ui/scrollable';
import { showBanner } from '../../ui/banners';
import { Figures } from '../../ui/panels/figures';
import { Settings } from '../../ui/panels/settings';
import { openGallery, type Values } from '../page';
import { PEERS, type PeerName, timePeer } from './peers';
import { formatLarge, Roofline, roofOf } from './roofline';
import { type Result, ROWS, titleOf } from './rows';

const banners = byId('banners', HTMLElement);
const progress = byId('progress', HTMLElement);
const settings = new Settings(
  byId('settings', HTMLElement),
  {
    kernels: { kind: 'switch', label: 'Kernels', value: true },
    networks: { kind: 'switch', label: 'Networks', value: true },
    steps: { kind: 'switch', label: 'Training steps', value: true },
    repeats: { kind: 'range', label: 'Steps a time', min: 3, max: 31, step: 2, value: 9 },
  },
  () => give(),
);
const figures = new Figures(byId('figures', HTMLElement), {
  bandwidth: 'Bytes a second',
  peak: 'Operations a second',
  reading: 'Reading a number',
});
const roofline = new Roofline();
byId('roofline', HTMLElement).append(roofline.element);
const times = byId('times', HTMLElement);
focusWhileScrollable(times);

let results: Readonly<Record<string, Result>> = {};
/** Of each library that was asked, milliseconds by row, or why there are none. */
const others = new Map<PeerName, Map<string, number | string>>();

const page = openGallery({ draw });
give();
showTable();

const buttons = Object.entries(PEERS).map(([name, { title, version }]) => {
  const button = make('button', { type: 'button', className: 'button' }, `${title} ${version}`);
  button.disabled = true;
  button.addEventListener('click', () => void time(name as PeerName));
  byId('others', HTMLElement).append(button);
  return button;
});
void page.usable.then((usable) => enable(usable));
byId('copy', HTMLButtonElement).addEventListener('click', async () => {
  await navigator.clipboard.writeText(asMarkdown());
  progress.textContent = 'The table is on the clipboard.';
});

function wanted(): string[] {
  return ROWS.filter(({ kind }) => settings.values[kind]).map(({ name }) => name);
}

function give(): void {
  page.give({ rows: wanted(), repeats: settings.values.repeats });
}

function enable(enabled: boolean): void {
  for (const button of buttons) button.disabled = !enabled;
}

async function time(peer: PeerName): Promise<void> {
  const { title } = PEERS[peer];
  if (byId('content', HTMLElement).dataset.state === 'busy') {
    progress.textContent = `Lamplight is being timed: stop it, or wait, before ${title} is.`;
    return;
  }
  const rows = ROWS.filter(({ name, alone }) => !alone && wanted().includes(name)).map(({ name }) => name);
  const found = new Map<string, number | string>();
  others.set(peer, found);
  enable(false);
  progress.textContent = `${title} is being fetched …`;
  try {
    await timePeer({ peer, rows, repeats: settings.values.repeats }, (news) => {
      if ('milliseconds' in news) found.set(news.row, news.milliseconds);
      else if ('reason' in news) found.set(news.row, news.reason);
      progress.textContent = `${title}: ${found.size} of ${rows.length} timed`;
      showTable();
    });
    progress.textContent = `${title} has been timed.`;
  } catch (error) {
    others.delete(peer);
    progress.textContent = '';
    showBanner(banners, `${title} could not be timed.`, ` ${(error as Error).message}. What was timed before stays.`);
  }
  showTable();
  enable(true);
}

function draw(report: Values): void {
  if (report.results) {
    results = report.results as Readonly<Record<string, Result>>;
    const reading = Number(report.reading);
    const roof = roofOf(results, reading);
    roofline.draw(roof);
    figures.set({
      reading: `${format(reading)} ms`,
      ...(roof && { bandwidth: `${formatLarge(roof.bandwidth)}B`, peak: formatLarge(roof.peak) }),
    });
    progress.textContent = `Lamplight: ${Object.keys(results).length} of ${wanted().length} timed`;
    showTable();
  }
  if (report.ended) progress.textContent = 'Lamplight has been timed.';
}

function format(milliseconds: number): string {
  return milliseconds >= 100 ? milliseconds.toFixed(0) : milliseconds.toPrecision(3);
}

/** Rows that were timed by any library, in their order; before that, all that are wanted. */
function shownRows(): string[] {
  const timed = new Set([...Object.keys(results), ...[...others.values()].flatMap((found) => [...found.keys()])]);
  const known = ROWS.map(({ name }) => name).filter((name) => timed.has(name));
  return timed.size > 0 ? [...known, ...[...timed].filter((name) => !known.includes(name))] : wanted();
}

/** A time of another library, and how many times ours it is. */
function beside(row: string, found: number | string | undefined): readonly [time: string, note: string] {
  if (found === undefined) return ['', ''];
  if (typeof found === 'string') return ['–', found];
  const ours = results[row]?.milliseconds;
  return [format(found), ours ? `${(found / ours).toPrecision(2)} times` : ''];
}

function showTable(): void {
  const names = [...others.keys()];
  const head = ['What', 'Lamplight', 'on the GPU', ...names.map((name) => PEERS[name].title)];
  const body = shownRows().map((row) => {
    const result = results[row];
    const cells = names.map((name) => {
      const [value, note] = beside(row, others.get(name)?.get(row));
      const cell = make('td', { className: 'number' }, value);
      // A reason may be long: it is read where it is pointed at, and by screen readers.
      if (value === '–') cell.title = note;
      else if (note) cell.append(make('small', {}, note));
      return cell;
    });
    return make(
      'tr',
      {},
      make('th', { scope: 'row' }, titleOf(row)),
      make('td', { className: 'number' }, result ? format(result.milliseconds) : ''),
      make('td', { className: 'number' }, result?.gpu ? format(result.gpu) : ''),
      ...cells,
    );
  });
  const headings = make('tr', {}, ...head.map((text) => make('th', { scope: 'col' }, text)));
  times.replaceChildren(make('table', {}, make('thead', {}, headings), make('tbody', {}, ...body)));
}

function asMarkdown(): string {
  const names = [...others.keys()];
  const versions = names.map((name) => `${PEERS[name].title} ${PEERS[name].version}`);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = shownRows().map((row) => {
    const result = results[row];
    const theirs = names.map((name) => {
      const [value, note] = beside(row, others.get(name)?.get(row));
      return note && value !== '–' ? `${value} (${note})` : value;
    });
    return line([
      titleOf(row),
      result ? format(result.milliseconds) : '',
      result?.gpu ? format(result.gpu) : '',
      ...theirs,
    ]);
  });
  const head = ['Milliseconds a step', 'Lamplight', 'on the GPU', ...versions];
  const adapter = document.getElementById('adapter')?.textContent ?? '';
  return [
    line(head),
    line(head.map((_, i) => (i ? '---:' : '---'))),
    ...rows,
    '',
    `${adapter}; ${navigator.userAgent}`,
  ].join('\n');
}
