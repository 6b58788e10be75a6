// Figures of Matplotlib in cells of Python: files, films, axes in three dimensions, and shapes on pictures. What is expected of files is read from their bytes.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCells } from '../../support/notebook-cells';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-figures-'));
const IMPORTS = 'import torch\nimport matplotlib.pyplot as plt\n';

const spaceCells = [
  `x = torch.linspace(-2, 2, 12)
X, Y = torch.meshgrid(x, x, indexing='xy')
fig = plt.figure()
ax = fig.add_subplot(111, projection='3d')
ax.scatter([0, 1], [0, 1], [0, 1], c=[0, 1], cmap='tab10')
ax.plot_surface(X, Y, torch.exp(-X**2 - Y**2), color='red')
ax.set_title('Hill')
ax.view_init(elev=40, azim=20)
plt.show()`,
  `from mpl_toolkits.mplot3d import Axes3D
ax = Axes3D(plt.figure())
ax.plot([0, 1], [0, 1], [0, 1])`,
  `import matplotlib.patches as patches
fig, ax = plt.subplots(figsize=(4, 4))
ax.imshow(torch.ones(20, 20, 3))
ax.imshow(torch.zeros(20, 20, 3), alpha=0.5)
ax.add_patch(patches.Rectangle((5, 5), 10, 10, linewidth=6, edgecolor='r', facecolor='none'))`,
];
const fileCells = [
  `from IPython.display import FileLink
fig = plt.figure(figsize=(4, 2))
plt.subplot(1, 2, 1)
picture = torch.zeros(2, 2, 3)
picture[0, 0, 0] = picture[1, 1, 2] = 1
plt.imshow(picture)
plt.subplot(1, 2, 2)
plt.bar(['a', 'b'], [1, 1], color='g')
plt.savefig('both.png', dpi=50)
plt.savefig('both.jpg')
plt.show()
display(FileLink('both.png'), FileLink('both.jpg'))`,
  `line, = plt.plot([1, 2])
plt.show()
import io
with io.BytesIO() as file:
    line.axes.figure.savefig(file, format='png')
    print(file.getvalue()[1:4])`,
  "plt.plot([1])\nplt.savefig('a.svg')",
];
const filmCells = [
  `import matplotlib.animation as animation
from IPython.display import HTML
fig = plt.figure(figsize=(8, 8))
frames = [[plt.imshow(torch.rand(4, 6), animated=True)] for _ in range(5)]
ani = animation.ArtistAnimation(fig, frames, interval=1000, repeat_delay=1000, blit=True)
HTML(ani.to_jshtml())`,
  `from matplotlib.animation import FuncAnimation
fig, ax = plt.subplots()
line, = ax.plot([], [])
seen = []
def step(i, scale):
    seen.append(i)
    line.set_data([0, 1, 2], [0, scale * i, 0])
    return line,
ani = FuncAnimation(fig, step, frames=iter([3, 1, 2]), fargs=(2,), interval=40)
plt.show()
print(seen, line.get_ydata())`,
  "ani.save('film.gif', fps=10)",
];
const tableCells = [
  `import seaborn as sns
from matplotlib.colors import ListedColormap
fig, ax = plt.subplots(figsize=(4, 4))
sns.heatmap(torch.eye(2), annot=True, fmt='.0f', cmap=ListedColormap(['red', '#0000ff']), xticklabels=['cat', 'dog'], ax=ax)
ax.set(xlabel='found', ylabel='true')
ax.spines['top'].set_visible(False)
plt.colorbar(ax.get_images()[0], ax=ax).set_label('count')
plt.show()
sns.set_theme()
print([line.get_label() for line in sns.lineplot(x=[0, 1, 1], y=[1, 2, 4], label='mean').lines], plt.gca().lines[0].get_ydata())`,
  "plt.imshow(torch.eye(8), cmap='gray_r')",
  `from torchmetrics.classification import BinaryConfusionMatrix
matrix = BinaryConfusionMatrix()
matrix.update(torch.tensor([0, 1, 1]), torch.tensor([0, 0, 1]))
fig, ax = matrix.plot()
fig, ax = plt.subplots()
ax.imshow(torch.eye(3))
ax.contour([0, 10, 20], [0, 1], [[0, 1, 2], [0, 1, 2]], [0.25, 1.5], colors='r')
print([line.get_data() for line in ax.lines])`,
];
const lackingCells = ['plt.violinplot([1, 2])'];

/** What the cells print, kind by kind; pictures and files lie in the folder. */
const told = { space: [''], files: [''], films: [''], tables: [''], lacking: [''] };
beforeAll(async () => {
  const cells = [...spaceCells, ...fileCells, ...filmCells, ...tableCells, ...lackingCells].map(
    (cell) => `${IMPORTS}${cell}`,
  );
  const { told: all } = await runCells(join(folder, 'cells.md'), cells, { pictures: folder, saves: folder });
  told.space = all.splice(0, spaceCells.length);
  told.files = all.splice(0, fileCells.length);
  told.films = all.splice(0, filmCells.length);
  told.tables = all.splice(0, tableCells.length);
  told.lacking = all;
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The colours of some pixels, by their shares of the width and height. */
async function pixelsOf(file: string, ...places: readonly (readonly [number, number])[]): Promise<number[][]> {
  const { data, info } = await sharp(readFileSync(join(folder, file)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return places.map(([x, y]) => {
    const at = 3 * (Math.floor(y * info.height) * info.width + Math.floor(x * info.width));
    return [...data.subarray(at, at + 3)];
  });
}

test('savefig writes pictures and plots into a file of the size that was asked for', async () => {
  const [cell, late, wrong] = told.files;
  expect(cell).toContain('done');
  const image = sharp(readFileSync(join(folder, 'both.png')));
  expect(await image.metadata()).toMatchObject({ format: 'png', width: 200, height: 100 });
  expect(await sharp(readFileSync(join(folder, 'both.jpg'))).metadata()).toMatchObject({ format: 'jpeg', width: 400 });
  // Red at the upper left of the picture, blue at its lower right; a green bar on white in the plot.
  const [red, blue, bar, paper] = await pixelsOf('both.png', [0.15, 0.25], [0.35, 0.75], [0.72, 0.6], [0.99, 0.99]);
  expect([red, blue, paper]).toEqual([
    [255, 0, 0],
    [0, 0, 255],
    [255, 255, 255],
  ]);
  expect(bar).toEqual([0, 128, 0]);
  expect(late).toContain("b'PNG'");
  expect(wrong).toContain("Format 'svg' is not supported (supported formats: png, jpg, jpeg, webp)");
});

test('animations are films of their frames', () => {
  const [artists, functions, saved] = told.films;
  expect(artists!.match(/\[panel reel, 5 frames of 640 × 640\]/g)).toHaveLength(1);
  expect(functions).toContain('[panel reel, 3 frames of 512 × 384]');
  expect(functions).toContain('[3, 1, 2] [0.0, 4.0, 0.0]');
  expect(saved).toContain('film.gif: a page has no program that writes films');
});

test('axes in three dimensions, shapes on pictures and pictures over each other are drawn', async () => {
  const [space, older, shapes] = told.space;
  expect(space).toContain('[picture 512 × 384] figure “Hill”');
  const middle = await pixelsOf('cell-1-1.png', [0.5, 0.5]);
  // The hill hides the middle of the box.
  expect(middle).toEqual([[255, 0, 0]]);
  expect(older).toContain('[picture 512 × 384] figure');
  expect(shapes).toContain('[picture 320 × 320] figure');
  expect(existsSync(join(folder, 'cell-3-1.png'))).toBe(true);
  const [grey, edge] = await pixelsOf('cell-3-1.png', [0.1, 0.1], [0.284, 0.5]);
  expect(Math.abs(grey![0]! - 128)).toBeLessThanOrEqual(1);
  expect(edge).toEqual([255, 0, 0]);
});

test('tables have their numbers and names beside them, and colours go as their map says', async () => {
  const [heat, reversed, levels] = told.tables;
  expect(heat).toContain('[picture 320 × 320] figure');
  expect(heat).toContain("['mean'] [1.0, 3.0]");
  const [high, low] = await pixelsOf('cell-10-1.png', [0.2, 0.2], [0.8, 0.2]);
  expect([high, low]).toEqual([
    [0, 0, 255],
    [255, 0, 0],
  ]);
  // The names of both columns, and of the axis, are below the picture.
  for (const [left, top] of [
    [180, 570],
    [440, 570],
    [300, 605],
  ] as const) {
    const part = sharp(readFileSync(join(folder, 'cell-10-1.png'))).extract({ left, top, width: 120, height: 30 });
    expect((await part.greyscale().stats()).channels[0]!.min).toBeLessThan(100);
  }
  expect(reversed).toContain('done');
  expect(await pixelsOf('cell-11-1.png', [0.06, 0.06], [0.9, 0.1])).toEqual([
    [0, 0, 0],
    [255, 255, 255],
  ]);
  // A matrix of a metric is a figure, and has axes; a level of a slope is a line across it.
  expect(levels!.match(/\[picture \d+ × \d+\] figure/g)).toHaveLength(2);
  expect(levels).toContain('[([2.5, 2.5], [0.0, 1.0]), ([15.0, 15.0], [0.0, 1.0])]');
});

test('what the plots of the notebook lack is one sentence', () => {
  const [lacking] = told.lacking;
  expect(lacking).toContain(
    "matplotlib.pyplot.violinplot: the notebook's own plots do not have it. To draw with Matplotlib itself, write `!pip install --force-reinstall matplotlib`",
  );
});
