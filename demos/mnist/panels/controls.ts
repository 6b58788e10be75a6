// The form that chooses the network and its settings, and starts, pauses, steps and resets the run.
import { byId, formatBytes, formatCount, make } from 'lamplight-notebook/ui/dom';
import type { Hyperparameters, ModelName, OptimizerName, Phase } from '../protocol';

export interface ControlActions {
  train(): void;
  pause(): void;
  step(): void;
  reset(settings: Hyperparameters): void;
  save(): void;
  open(file: File): void;
}

const STATUS: Record<Phase, string> = {
  loading: 'Loading MNIST…',
  ready: 'Ready. Nothing learned yet.',
  training: 'Training…',
  evaluating: 'Testing on 10,000 digits…',
  paused: 'Paused.',
  finished: 'Done. Train again to go on for as many epochs.',
  lost: 'The GPU was lost.',
};

const NETWORKS: Record<ModelName, string> = { simple: 'Simple', medium: 'Medium', complex: 'Complex' };

/** Where the settings stand beside the panels, as in narrow.css. */
const wide = matchMedia('(min-width: 861px)');

export class Controls {
  private readonly form = byId('controls', HTMLFormElement);
  private readonly trainButton = byId('train', HTMLButtonElement);
  private readonly stepButton = byId('step', HTMLButtonElement);
  private readonly resetButton = byId('reset', HTMLButtonElement);
  private readonly saveButton = byId('save', HTMLButtonElement);
  private readonly openButton = byId('open', HTMLButtonElement);
  private readonly fileInput = byId('file', HTMLInputElement);
  private readonly status = byId('status', HTMLElement);
  private readonly settings = byId('settings', HTMLDetailsElement);
  private readonly brief = byId('settings-brief', HTMLElement);
  private phase: Phase = 'loading';

  constructor(initial: Hyperparameters, actions: ControlActions) {
    this.write(initial);
    // On a narrow page the settings fold away, under a line that says what they are; a fault in one of them brings them out.
    const fold = () => {
      this.settings.open = wide.matches;
    };
    wide.addEventListener('change', fold);
    fold();
    const unfold = () => {
      this.settings.open = true;
    };
    this.form.addEventListener('invalid', unfold, true);
    this.form.addEventListener('input', () => this.sumUp());
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.running) actions.pause();
      else actions.train();
    });
    this.form.addEventListener('change', (event) => {
      if (event.target === this.fileInput || !this.open) return;
      if (this.form.reportValidity()) actions.reset(this.read());
    });
    this.stepButton.addEventListener('click', () => actions.step());
    this.resetButton.addEventListener('click', () => {
      if (this.form.reportValidity()) actions.reset(this.read());
    });
    this.saveButton.addEventListener('click', () => actions.save());
    this.openButton.addEventListener('click', () => this.fileInput.click());
    this.fileInput.addEventListener('change', () => {
      const file = this.fileInput.files?.[0];
      this.fileInput.value = '';
      if (file) actions.open(file);
    });
    this.setPhase('loading', null, false);
  }

  /** Whether the settings may be changed. */
  private get open(): boolean {
    return this.phase === 'ready' || this.phase === 'loading';
  }

  private get running(): boolean {
    return this.phase === 'training' || this.phase === 'evaluating';
  }

  setPhase(phase: Phase, parameters: number | null, trained: boolean): void {
    this.phase = phase;
    const usable = phase !== 'loading' && phase !== 'lost';
    this.trainButton.textContent = this.running ? 'Pause' : phase === 'paused' ? 'Resume' : 'Train';
    this.trainButton.disabled = !usable;
    this.stepButton.disabled = !usable || this.running;
    this.resetButton.disabled = !usable;
    this.openButton.disabled = !usable || this.running;
    this.saveButton.disabled = !usable || !trained;
    for (const id of ['models', 'fields']) byId(id, HTMLFieldSetElement).disabled = !this.open;
    byId('settings-note', HTMLElement).hidden = this.open;
    const count = parameters !== null && usable ? ` ${formatCount(parameters)} parameters.` : '';
    this.say(`${STATUS[phase]}${phase === 'paused' || phase === 'finished' ? count : ''}`);
  }

  say(text: string): void {
    this.status.textContent = text;
  }

  /** Shows how much of MNIST has come, to those who see it: read out, it would never end. */
  showFetched(bytes: number): void {
    if (this.phase !== 'loading') return;
    const amount = make('span', {}, ` ${formatBytes(bytes)}`);
    amount.setAttribute('aria-hidden', 'true');
    this.status.replaceChildren(STATUS.loading, amount);
  }

  read(): Hyperparameters {
    const values = new FormData(this.form);
    // A disabled field set leaves its values out of FormData, so they are read from the controls themselves.
    const field = (name: string) => {
      const element = this.form.elements.namedItem(name);
      if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) return element.value;
      if (element instanceof RadioNodeList) return element.value;
      return String(values.get(name));
    };
    return {
      model: field('model') as ModelName,
      optimizer: field('optimizer') as OptimizerName,
      lr: Number(field('lr')),
      batchSize: Number(field('batchSize')),
      epochs: Number(field('epochs')),
      seed: Number(field('seed')),
      limit: Number(field('limit')),
    };
  }

  write(settings: Hyperparameters): void {
    for (const [name, value] of Object.entries(settings)) {
      const element = this.form.elements.namedItem(name);
      if (element instanceof RadioNodeList) element.value = String(value);
      else if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) {
        element.value = String(value);
      }
    }
    this.sumUp();
  }

  /** Writes the line that stands for the settings while they are folded away. */
  private sumUp(): void {
    const { model, optimizer, lr, limit, epochs } = this.read();
    const names = `${NETWORKS[model]}, ${optimizer === 'adam' ? 'Adam' : 'SGD'} ${lr}`;
    this.brief.textContent = `${names}, ${formatCount(limit)} digits × ${epochs}`;
  }
}
