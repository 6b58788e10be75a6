// The page behind `npm run check -- mnist`: trains as its address says, reports every event, and hands over results and weights.
import * as torch from 'lamplight';
import { MnistFiles } from 'lamplight-notebook/mnist/files';
import { Pace } from './pace';
import { COURSE, type EpochResult, type Hyperparameters, MODELS, type StepCounters } from './protocol';
import { describeAdapter, Trainer, type TrainingEvent } from './training';

/** What `npm run check -- mnist --json FILE` writes. */
interface Report {
  readonly model: string;
  readonly parameters: number | null;
  readonly seed: number;
  readonly batchSize: number;
  readonly adapter: string;
  readonly epochs: readonly EpochResult[];
  readonly perStep: StepCounters | null;
  readonly memory: { readonly liveBytes: number; readonly peakBytes: number };
}

interface Outcome {
  readonly report: Report;
  /** Whether `stop` ended the run before its last epoch. */
  readonly stopped: boolean;
  /** safetensors bytes in base64; null when no batch was seen. */
  readonly weights: string | null;
}

/** An event, with the speed and the time left where a step ends. */
type Reported = TrainingEvent & { readonly imagesPerSecond?: number; readonly secondsLeft?: number };

declare global {
  interface Window {
    /** Receives every event, where the driver of the page has put such a function. */
    __mnistEvent?: (event: Reported) => void;
    __mnist: {
      /** Ends the run after the step under way. */
      stop(): void;
      readonly outcome: Promise<Outcome>;
    };
  }
}

let stopping = false;

function settingsOf(address: URL): Hyperparameters {
  const query = address.searchParams;
  const number = (name: 'lr' | 'batchSize' | 'epochs' | 'seed' | 'limit') => Number(query.get(name) ?? COURSE[name]);
  return {
    ...COURSE,
    model: MODELS.find((name) => name === query.get('model')) ?? COURSE.model,
    lr: number('lr'),
    batchSize: number('batchSize'),
    epochs: number('epochs'),
    seed: number('seed'),
    limit: number('limit'),
  };
}

async function train(): Promise<Outcome> {
  const settings = settingsOf(new URL(location.href));
  const mnist = await new MnistFiles(new URL('../data/mnist/', location.href).href).open(settings.limit);
  const { adapter } = await describeAdapter();
  const trainer = new Trainer(mnist, settings, { accuracy: false });
  const pace = new Pace();
  const epochs: EpochResult[] = [];
  pace.restart();
  for await (const event of trainer.run(settings.epochs)) {
    if (event.type === 'step') {
      pace.add(event.images);
      const left = (event.steps - event.step) * settings.batchSize;
      report({ ...event, imagesPerSecond: pace.imagesPerSecond, secondsLeft: pace.secondsFor(left) });
    } else {
      report(event);
    }
    if (event.type === 'epoch') {
      epochs.push(event.result);
      pace.restart();
    }
    if (stopping) break;
  }
  const { liveBytes, peakBytes } = torch.gpu.stats();
  const weights = trainer.initialized ? toBase64(await torch.saveBytes(trainer.model.stateDict())) : null;
  return {
    stopped: epochs.length < settings.epochs,
    weights,
    report: {
      model: settings.model,
      parameters: trainer.parameterCount,
      seed: settings.seed,
      batchSize: settings.batchSize,
      adapter,
      epochs,
      perStep: trainer.perStep,
      memory: { liveBytes, peakBytes },
    },
  };
}

function report(event: Reported): void {
  window.__mnistEvent?.(event);
  if (event.type === 'epoch') console.log(JSON.stringify(event.result));
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

window.__mnist = {
  stop() {
    stopping = true;
  },
  outcome: train(),
};
// Whoever awaits the outcome meets its error; without a driver it is still to be seen.
window.__mnist.outcome.catch((error) => console.error(error));
