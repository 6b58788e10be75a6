// The confusion matrix over the test set: a grid to be walked with the arrow keys, each cell opening its images.
import { byId, formatCount, make } from '../../ui/dom';
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
      make('div', { className: 'empty-plate' }, 'The matrix is laid out after the first epoch.'),
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
      const share = row > 0 ? count / row : 0;
      // Mistakes are few once the network is good: the root lifts them into sight.
      const strength = label === predicted ? share : Math.min(1, 1.6 * Math.sqrt(share));
      cell.style.setProperty('--cell', label === predicted ? 'var(--flame)' : 'var(--error)');
      cell.style.setProperty('--share', `${Math.round(100 * strength)}%`);
      cell.classList.toggle('strong', strength > 0.55);
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
    const head = make('tr', {}, make('th', { className: 'corner' }));
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
      make('caption', { className: 'visually-hidden' }, 'Rows are what the digit is, columns what was read.'),
      make('thead', {}, head),
      body,
      make(
        'tfoot',
        {},
        make(
          'tr',
          {},
          make('th'),
          make('th', { className: 'axis', colSpan: CLASSES }, 'Rows: what it is. Columns: what was read.'),
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
