// What cells of Python put below themselves by IPython.display, and what they say of packages that are not there.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCells } from '../../support/notebook-cells';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-displays-'));
const displayed = [
  `import torch
from torchvision.utils import save_image
from IPython.display import HTML, Audio, Image, Markdown, clear_output
save_image(torch.rand(3, 20, 30), 'a.png')
display(Image('a.png', width=60), Image(data=open('a.png', 'rb').read()))
Image(filename='a.png', height=10)`,
  `from PIL import Image as Pictures
picture = Pictures.open('a.png')
display(picture.convert('RGBA'))
picture.resize((100, 80))`,
  `print('gone')
clear_output(wait=True)
display(HTML('<b>Bold</b> &lt;words&gt;<script>no()</script>'), Markdown('*text*'), 3)
handle = display('first', display_id=True)
handle.update('second')
display(Audio([0.5, -0.5] * 100, rate=8000))
HTML('<h1>Title</h1>')`,
  `import base64
frame = base64.encodebytes(open('a.png', 'rb').read()).decode().replace('\\n', '\\\\\\n')
film = f'<script>frames[0] = "data:image/png;base64,{frame}"\\n frames[1] = "data:image/png;base64,{frame}"\\n new Animation(frames, img_id, slider_id, 50.0, loop)</script>'
HTML(film)`,
  "Image('absent.png')",
  "Image(data=b'none')",
];
const absent = [
  'import einops',
  'from dotenv import load_dotenv',
  'from torchtext.data.utils import get_tokenizer',
  '!pip install -q albumentations\nimport albumentations as A',
  'import requests',
  'import torch.no_such_part',
  // As requests says it.
  "raise ConnectionError('Connection aborted.', Exception('Failed to fetch'))",
];

/** What the cells print, in a notebook of Jupyter's form. */
let told: string[] = [];
beforeAll(async () => {
  ({ told } = await runCells(join(folder, 'cells.ipynb'), [...displayed, ...absent]));
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('pictures, texts and sounds are displayed, and the last value of a cell is', () => {
  const [files, pictures, texts, film, nowhere, unreadable] = told;
  expect(files).toMatch(/\[picture 60 × 40\][\s\S]*\[picture 30 × 20\][\s\S]*\[picture 15 × 10\]/);
  expect(pictures).toMatch(/\[picture 150 × 100\][\s\S]*\[picture 100 × 80\]/);
  expect(texts).not.toContain('gone\n');
  expect(texts).toMatch(
    /Bold <words>\s+\*text\*\s+3\s+'first'\s+'second'\s+\[file sound\.wav, 444 bytes\]\s+Title\s+done/,
  );
  // As Matplotlib itself writes films.
  expect(film).toContain('[panel reel, 2 frames of 30 × 20]');
  expect(nowhere).toContain('FileNotFoundError');
  expect(unreadable).toContain('ValueError: Image: expected a picture as PNG, JPEG, GIF or WebP');
});

test('a package or a file that is not there is one sentence that says what to do', () => {
  const [fromPyPi, renamed, never, inPlace, fromPyodide, part, file] = told.slice(displayed.length);
  expect(fromPyPi).toMatch(/No module named 'einops'\s+Write `!pip install einops` in a cell above/);
  expect(renamed).toContain('Write `!pip install python-dotenv`');
  expect(never).toContain('Nobody develops torchtext any longer.');
  expect(inPlace).toMatch(
    /pip install: albumentations: albumentations needs compiled code[\s\S]*No module named 'albumentations'\s+Albumentations needs compiled code .* write torchvision\.transforms\.v2/,
  );
  expect(fromPyodide).toContain("It comes from Pyodide's distribution, which could not be fetched.");
  expect(part).toContain('The package torch is here, but it has no part of this name.');
  expect(file).toContain('add it by the menu of this page, and open it by its name.');
});
