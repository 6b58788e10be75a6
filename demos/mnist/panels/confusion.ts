// The confusion matrix over the test set: a grid to be walked with the arrow keys, each cell opening its images.
import { byId, formatCount, make } from 'lamplight-notebook/ui/dom';
import { CLASSES } from '../protocol';

export class ConfusionPanel {
  private readonly root = byId('matrix', HTMLElement);
  private readonly note = byId('confusion-note', HTMLElement);
  private readonly cells: HTMLButtonElement[] = [];
  private focused = 0;

  constructor(private readonly choose: (label: number, predicted: number) => void) {
    this.clear();
  }

  clear(): void {
    this.cells.length = 0;
    this.note.textContent = 'After each epoch, all 10,000 test digits.';
    this.root.replaceChildren(
      make('div', { className: 'empty-plate' }, 'The confusion matrix appears after the first epoch.'),
    );
  }

  /** `counts` is [label, predicted]. */
  show(counts: Uint32Array): void {
    if (this.cells.length === 0) this.build();
    let right = 0;
    let all = 0;
    this.cells.forEach((cell, i) => {
      const label = Math.floor(i / CLASSES);
      const predicted = i % CLASSES;
      const count = counts[i] ?? 0;
      let row = 0;
      for (let k = 0; k < CLASSES; k++) row += counts[label * CLASSES + k] ?? 0;
      const { color, tint, strong } = tintOf(row > 0 ? count / row : 0, label === predicted);
      cell.style.setProperty('--cell', color);
      cell.style.setProperty('--share', `${Math.round(100 * tint)}%`);
      cell.classList.toggle('strong', strong);
      cell.textContent = count > 0 ? String(count) : '';
      const what = label === predicted ? 'read right' : `read as ${predicted}`;
      cell.setAttribute('aria-label', `${label} ${what}: ${count}`);
      cell.title = `${label} ${what}: ${count}`;
      if (label === predicted) right += count;
      all += count;
    });
    this.note.textContent = `${formatCount(right)} right, ${formatCount(all - right)} wrong of ${formatCount(all)} test digits.`;
  }

  /** Marks one cell as the one whose images are shown, or none. */
  mark(label: number, predicted: number): void {
    this.cells.forEach((cell, i) => {
      cell.setAttribute('aria-pressed', String(i === label * CLASSES + predicted));
    });
  }

  private build(): void {
    const head = make('tr', {}, make('td', { className: 'corner' }));
    for (let i = 0; i < CLASSES; i++) head.append(make('th', { scope: 'col' }, String(i)));
    const body = make('tbody');
    for (let label = 0; label < CLASSES; label++) {
      const row = make('tr', {}, make('th', { scope: 'row' }, String(label)));
      for (let predicted = 0; predicted < CLASSES; predicted++) row.append(make('td', {}, this.cell(label, predicted)));
      body.append(row);
    }
    const table = make(
      'table',
      { className: 'matrix' },
      make(
        'caption',
        { className: 'visually-hidden' },
        'Confusion matrix: rows are the digits that were written, columns those that the network read.',
      ),
      make('thead', {}, head),
      body,
      make(
        'tfoot',
        {},
        make(
          'tr',
          {},
          make('td'),
          make(
            'td',
            { className: 'axis', colSpan: CLASSES },
            'Rows: the digit that was written. Columns: the digit that the network read.',
          ),
        ),
      ),
    );
    table.addEventListener('keydown', (event) => this.key(event));
    this.root.replaceChildren(table);
  }

  private cell(label: number, predicted: number): HTMLButtonElement {
    const index = label * CLASSES + predicted;
    const button = make('button', { type: 'button', tabIndex: index === this.focused ? 0 : -1 });
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => this.choose(label, predicted));
    button.addEventListener('focus', () => {
      const before = this.cells[this.focused];
      if (before) before.tabIndex = -1;
      this.focused = index;
      button.tabIndex = 0;
    });
    this.cells.push(button);
    return button;
  }

  private key(event: KeyboardEvent): void {
    const row = Math.floor(this.focused / CLASSES);
    const column = this.focused % CLASSES;
    const target = {
      ArrowLeft: column > 0 ? this.focused - 1 : this.focused,
      ArrowRight: column < CLASSES - 1 ? this.focused + 1 : this.focused,
      ArrowUp: row > 0 ? this.focused - CLASSES : this.focused,
      ArrowDown: row < CLASSES - 1 ? this.focused + CLASSES : this.focused,
      Home: row * CLASSES,
      End: row * CLASSES + CLASSES - 1,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.cells[target]?.focus();
  }
}

/**
 * The colour of a cell that holds this share of its row, how much of it is mixed in, and whether figures on it are those of a bright
 * ground. Between 45 % and 62 % of flame, neither figures for a dark ground nor those for a bright one reach a contrast of 4.5 : 1
 * at night; mistakes stay where the page's own text does.
 */
function tintOf(share: number, right: boolean): { color: string; tint: number; strong: boolean } {
  // Mistakes are few once the network is good: the root lifts them into sight.
  if (!right) return { color: 'var(--error)', tint: 0.52 * Math.min(1, 1.6 * Math.sqrt(share)), strong: false };
  const strong = share > 0.5;
  return { color: 'var(--flame)', tint: strong ? 0.62 + 0.76 * (share - 0.5) : 0.9 * share, strong };
}
