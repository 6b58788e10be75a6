// SummaryWriter in a page: files of the log for a download, plots as pictures, and videos, which the browser itself decodes.
import * as torch from 'lamplight';
import * as metrics from 'lamplight/metrics';
import { SummaryWriter } from 'lamplight/tensorboard';
import { expect, test } from 'vitest';
import { decodePng } from '../../src/doors/vision/pictures/png';
import fixture from '../fixtures/tensorboard.json' with { type: 'json' };

/** What begins with a signature in the one event file of a log. */
function pictureIn(files: Readonly<Record<string, Uint8Array>>, signature: string): Uint8Array {
  const [events] = Object.entries(files).flatMap(([path, bytes]) => (path.includes('tfevents') ? [bytes] : []));
  const bytes = [...signature].map((letter) => letter.charCodeAt(0));
  const at = events!.findIndex((_, i) => bytes.every((byte, k) => events![i + k] === byte));
  return events!.slice(at);
}

async function framesOf(file: Uint8Array): Promise<{ readonly seconds: number; readonly rgb: number[] }[]> {
  const decoder = new ImageDecoder({ data: file as Uint8Array<ArrayBuffer>, type: 'image/gif' });
  await decoder.tracks.ready;
  const frames: { seconds: number; rgb: number[] }[] = [];
  for (let frameIndex = 0; frameIndex < decoder.tracks.selectedTrack!.frameCount; frameIndex++) {
    const { image } = await decoder.decode({ frameIndex });
    const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
    const pen = canvas.getContext('2d')!;
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    frames.push({ seconds: image.duration! / 1e6, rgb: [...data].filter((_, i) => i % 4 !== 3) });
    image.close();
  }
  return frames;
}

const cases: [keyof typeof fixture.videos, () => torch.Tensor][] = [
  ['gray', () => torch.arange(36).mul(7).remainder(256).to(torch.uint8).reshape(3, 2, 1, 2, 3)],
  ['colors', () => torch.arange(180).reshape(1, 3, 3, 4, 5).div(100)],
];

test.each(cases)('a video is the frames that PyTorch lays out: %s', async (name, video) => {
  const writer = new SummaryWriter('log');
  writer.addVideo('v', video(), { fps: 3 });
  const frames = await framesOf(pictureIn(await writer.files(), 'GIF89a'));
  const [times, height, width, channels] = fixture.videos[name].size as [number, number, number, number];
  const expected = fixture.videos[name].pixels.flatMap((value) => (channels === 1 ? [value, value, value] : [value]));
  expect(frames.flatMap(({ rgb }) => rgb)).toEqual(expected);
  expect(frames.length).toBe(times);
  expect(frames[0]!.rgb.length).toBe(3 * width * height);
  // Hundredths of a second that add up.
  expect(frames.map(({ seconds }) => seconds)).toEqual([0.33, 0.34, 0.33].slice(0, times));
});

test('a video of many colours has those that stand for most', async () => {
  const [side, ramp] = [64, torch.arange(64).div(63)];
  const across = ramp.unsqueeze(0).expand(side, side);
  const picture = torch.stack([across, across.t(), across.mul(across.t())]);
  const writer = new SummaryWriter('log');
  writer.addVideo('v', picture.reshape(1, 1, 3, side, side));
  const [frame, ...others] = await framesOf(pictureIn(await writer.files(), 'GIF89a'));
  expect(others).toEqual([]);
  const wanted = await picture.permute(1, 2, 0).contiguous().mul(255).data();
  const off = frame!.rgb.map((value, i) => Math.abs(value - wanted[i]!));
  // Pillow's median cut is off by 3.8 at the mean, and by 16 at most.
  expect(off.reduce((sum, value) => sum + value, 0) / off.length).toBeLessThan(4);
  expect(Math.max(...off)).toBeLessThan(20);
});

test('a figure is the plot as it was at the call, several of them side by side, on the paper of its page', async () => {
  const metric = new metrics.MulticlassConfusionMatrix({ numClasses: 3 });
  metric.update(torch.tensor([0, 1, 2, 2]), torch.tensor([0, 1, 2, 1]));
  const canvas = new OffscreenCanvas(160, 120);
  await metric.plot({ canvas });
  const pen = canvas.getContext('2d')!;
  const { data } = pen.getImageData(0, 0, 160, 120);
  const writer = new SummaryWriter('log');
  writer.addFigure('confusion', canvas);
  pen.clearRect(0, 0, 160, 120);
  const one = await decodePng(pictureIn(await writer.files(), '\x89PNG'));
  expect([one.width, one.height, one.channels]).toEqual([160, 120, 3]);
  expect([...one.bytes]).toEqual([...data].filter((_, i) => i % 4 !== 3));

  const [left, right] = [new OffscreenCanvas(2, 1), new OffscreenCanvas(2, 1)];
  left.getContext('2d')!.fillStyle = '#ff0000';
  left.getContext('2d')!.fillRect(0, 0, 1, 1);
  right.getContext('2d');
  const both = new SummaryWriter('log');
  both.addFigure('both', [left, right], 3, false);
  const row = await decodePng(pictureIn(await both.files(), '\x89PNG'));
  const white = [255, 255, 255];
  expect([row.width, row.height, ...row.bytes]).toEqual([4, 1, 255, 0, 0, ...white, ...white, ...white]);
  expect(() => both.addFigure('both', [left, canvas])).toThrow(/expected figures of one size/);
  const taken = new OffscreenCanvas(2, 1);
  taken.getContext('bitmaprenderer');
  expect(() => both.addFigure('both', taken)).toThrow(/a canvas with a 2d context/);
});

test('what lies transparent on a dark page has black paper', async () => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1, 1];
  canvas.style.color = 'white';
  document.body.append(canvas);
  canvas.getContext('2d');
  const writer = new SummaryWriter('log');
  writer.addFigure('empty', canvas);
  const { bytes } = await decodePng(pictureIn(await writer.files(), '\x89PNG'));
  canvas.remove();
  expect([...bytes]).toEqual([0, 0, 0]);
});

test('files of a page are those of events and those beside them', async () => {
  const writer = new SummaryWriter('runs/one');
  writer.addEmbedding(torch.ones(2, 2), ['a', 'b']);
  writer.addGraph(new torch.nn.Linear(2, 3), torch.ones(1, 2));
  await writer.close();
  const files = await writer.files();
  const texts = Object.entries(files).filter(([path]) => !path.includes('tfevents'));
  expect(Object.fromEntries(texts.map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]))).toEqual({
    'runs/one/00000/default/metadata.tsv': 'a\nb\n',
    'runs/one/00000/default/tensors.tsv': '1.0\t1.0\n1.0\t1.0\n',
    'runs/one/projector_config.pbtxt':
      'embeddings {\n  tensor_name: "default:00000"\n  metadata_path: "00000/default/metadata.tsv"\n  tensor_path: "00000/default/tensors.tsv"\n}\n',
  });
  expect(Object.keys(files).length).toBe(4);
});
