// The MNIST page: connects the panels with the worker that trains, and keeps what is needed to go on after a lost GPU.
import { clearBanners, showBanner } from '../ui/banners';
import { byId } from '../ui/dom';
import { keepOffline } from '../ui/offline';
import { initTheme } from '../ui/theme';
import { diagnose, noWebGpuNotice } from '../ui/webgpu-check';
import { WorkerClient } from './client';
import { ChartsPanel } from './panels/charts';
import { ConfusionPanel } from './panels/confusion';
import { Controls } from './panels/controls';
import { DrawPanel } from './panels/draw';
import { FeaturesPanel } from './panels/features';
import { GalleryPanel } from './panels/gallery';
import { GpuPanel } from './panels/gpu';
import { ProgressPanel } from './panels/progress';
import { COURSE, type Hyperparameters, type Resume } from './protocol';

/**
 * What the page begins with: the larger network, in batches small enough that it learns within the first seconds, and half of the
 * images, so that half need not be fetched.
 */
const INITIAL: Hyperparameters = { ...COURSE, model: 'complex', batchSize: 250, epochs: 4, limit: 30_000 };
/** The same where there is only a processor to run on. */
const INITIAL_SOFTWARE: Hyperparameters = { ...COURSE, lr: 0.003, batchSize: 100, epochs: 3, limit: 12_000 };

initTheme(byId('theme', HTMLButtonElement));
keepOffline('../');
const diagnosis = await diagnose();
if (diagnosis.usable) start(diagnosis.software ? INITIAL_SOFTWARE : INITIAL);
else byId('notice', HTMLElement).append(noWebGpuNotice(diagnosis));

function start(initial: Hyperparameters): void {
  byId('bench', HTMLElement).hidden = false;
  const banners = byId('banners', HTMLElement);
  const client = new WorkerClient();
  const charts = new ChartsPanel();
  const progress = new ProgressPanel();
  const gpu = new GpuPanel();
  const gallery = new GalleryPanel(() => confusion.mark(-1, -1));
  const confusion = new ConfusionPanel((label, predicted) => {
    confusion.mark(label, predicted);
    client.post({ type: 'pair', label, predicted });
  });
  const features = new FeaturesPanel((pixels) => client.post({ type: 'watch', pixels }));
  const draw = new DrawPanel((pixels) => {
    features.setDrawing(pixels);
    ask(pixels);
  });
  const controls = new Controls(initial, {
    train: () => client.post({ type: 'train' }),
    pause: () => client.post({ type: 'pause' }),
    step: () => client.post({ type: 'step' }),
    reset(settings) {
      checkpoint = undefined;
      clearRun();
      client.post({ type: 'reset', settings });
    },
    save: () => client.post({ type: 'save' }),
    open: (file) => client.post({ type: 'open', file }),
  });

  let checkpoint: Resume | undefined;
  let drawing: Float32Array | null = null;
  let asked = 0;
  let waiting = false;
  let stale = false;

  /** Asks for the drawing's probabilities; while an answer is under way, only the latest drawing waits. */
  function ask(pixels: Float32Array | null): void {
    drawing = pixels;
    if (!pixels) return;
    if (waiting) {
      stale = true;
      return;
    }
    waiting = true;
    client.post({ type: 'predict', id: ++asked, pixels });
  }

  function clearRun(): void {
    charts.clear();
    progress.clear();
    confusion.clear();
    gallery.setMistakes(null);
  }

  function launch(): void {
    waiting = false;
    client.start();
    client.post({
      type: 'load',
      dataUrl: new URL('../data/mnist/', location.href).href,
      settings: controls.read(),
      ...(checkpoint && { resume: checkpoint }),
    });
  }

  client.on('loaded', ({ adapter, software, samples }) => {
    gpu.setAdapter(adapter, software);
    features.offer(samples);
  });
  client.on('fetched', ({ bytes }) => controls.showFetched(bytes));
  client.on('kept', ({ settings }) => controls.write(settings));
  client.on('phase', ({ phase, parameters, trained }) => {
    controls.setPhase(phase, parameters, trained);
    draw.setPhase(phase, trained);
    if (trained && drawing) ask(drawing);
  });
  client.on('steps', ({ first, losses, accuracies, stepsPerEpoch }) => {
    charts.addSteps(first, losses, accuracies, stepsPerEpoch);
    if (drawing) ask(drawing);
  });
  client.on('progress', (message) => progress.show(message));
  client.on('epoch', (message) => {
    const { result } = message;
    checkpoint = message.checkpoint;
    charts.addEpoch(result);
    progress.showAccuracy(result.testAccuracy);
  });
  client.on('features', ({ filters, stages }) => features.show(filters, stages));
  client.on('confusion', ({ counts, wrong }) => {
    confusion.show(counts);
    gallery.setMistakes(wrong);
  });
  client.on('pair', ({ label, predicted, images }) => gallery.showPair(label, predicted, images));
  client.on('prediction', ({ probabilities }) => {
    waiting = false;
    if (drawing) draw.show(probabilities);
    if (stale) {
      stale = false;
      ask(drawing);
    }
  });
  client.on('saved', ({ fileName, weights }) => download(fileName, weights));
  client.on('opened', ({ fileName, model }) => {
    controls.write({ ...controls.read(), model });
    controls.say(`Loaded ${fileName}. Draw a digit, or train on from here.`);
  });
  client.on('gpu', ({ numbers }) => gpu.show(numbers));
  client.on('error', ({ name, message, fatal }) => {
    if (!fatal) {
      showBanner(banners, name, message);
      return;
    }
    controls.setPhase('lost', null, false);
    const label = checkpoint ? 'Resume from the last epoch' : 'Start again';
    showBanner(banners, name, message, {
      label,
      run() {
        clearBanners(banners);
        if (!checkpoint) clearRun();
        launch();
      },
    });
  });

  clearRun();
  launch();
}

function download(fileName: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
