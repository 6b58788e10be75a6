// The bar above a notebook: runs and stops it, says what goes on, and holds what can be done with it as a file.

import type { SessionState } from '../session';
import { make } from '../ui/dom';
import { icon } from './icons';
import { type MenuItem, menu } from './menu';

export interface BarActions {
  runAll(): void;
  stop(): void;
  restart(): void;
  setShort(short: boolean): void;
  /** Shows what stands beside the notebook, or hides it. */
  toggleSide(): void;
  fileActions(): readonly MenuItem[];
}

export interface BarOptions {
  /** Minutes of the two settings, where the notebook has two. */
  readonly minutes: { readonly short: string; readonly full: string } | undefined;
  readonly short: boolean;
}

const STATES: Record<SessionState, string> = {
  off: '',
  starting: 'Starting…',
  idle: 'Ready',
  busy: 'Running…',
  stopping: 'Stopping…',
};

export class Bar {
  readonly element = make('div', { className: 'bar-row' });
  private readonly runButton: HTMLButtonElement;
  private readonly stopButton: HTMLButtonElement;
  private readonly restartButton: HTMLButtonElement;
  private readonly sideButton: HTMLButtonElement;
  private readonly said = make('span', { className: 'bar-state' });

  constructor(actions: BarActions, { minutes, short }: BarOptions) {
    const button = (name: Parameters<typeof icon>[0], label: string, act: () => void, kind = '') => {
      const made = make('button', { type: 'button', className: `button icon-text ${kind}` }, icon(name));
      made.append(make('span', {}, label));
      made.addEventListener('click', act);
      return made;
    };
    this.runButton = button('runAll', 'Run all', () => actions.runAll(), 'primary');
    this.stopButton = button('stop', 'Stop', () => actions.stop());
    this.restartButton = button('restart', 'Restart', () => actions.restart());
    this.sideButton = button('table', 'Variables', () => actions.toggleSide());
    this.sideButton.setAttribute('aria-controls', 'side');
    this.element.setAttribute('role', 'toolbar');
    this.element.setAttribute('aria-label', 'Notebook');
    this.element.append(
      this.runButton,
      this.stopButton,
      this.restartButton,
      this.said,
      ...(minutes ? [lengthSwitch(minutes, short, (chosen) => actions.setShort(chosen))] : []),
      this.sideButton,
      menu('File', fileFace(), () => actions.fileActions()),
    );
    this.showState('off');
    this.showSide(false);
  }

  showState(state: SessionState): void {
    this.said.textContent = STATES[state];
    this.element.dataset.state = state;
    const isBusy = state === 'busy' || state === 'stopping' || state === 'starting';
    this.stopButton.disabled = !isBusy;
    this.restartButton.disabled = state === 'off';
  }

  showSide(isOpen: boolean): void {
    this.sideButton.setAttribute('aria-expanded', String(isOpen));
  }
}

function fileFace(): HTMLElement {
  return make('span', { className: 'file-face' }, icon('file'), make('span', {}, 'File'));
}

function lengthSwitch(
  { short, full }: { readonly short: string; readonly full: string },
  isShort: boolean,
  choose: (short: boolean) => void,
): HTMLElement {
  const option = (label: string, minutes: string, value: boolean) => {
    const input = make('input', { type: 'radio', name: 'length', checked: value === isShort });
    input.addEventListener('change', () => choose(value));
    return make('label', {}, input, make('span', {}, label, make('small', {}, ` ${minutes}\u202fmin`)));
  };
  const field = make(
    'fieldset',
    { className: 'length' },
    make('legend', { className: 'visually-hidden' }, 'How much is computed'),
    option('Short', short, true),
    option('Full', full, false),
  );
  return field;
}
