// The drawing pad: strokes by mouse, touch, pen or keyboard, kept as ink that can be read back.
import type { Drawing } from 'lamplight-notebook/mnist/digit';
import { drawStrokes, inkOf, type Point, SIZE, STROKE } from 'lamplight-notebook/mnist/strokes';
import { byId } from 'lamplight-notebook/ui/dom';
import { onThemeChange, themeCss } from 'lamplight-notebook/ui/theme';

const KEY_STEP = 10;

const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -KEY_STEP, y: 0 },
  ArrowRight: { x: KEY_STEP, y: 0 },
  ArrowUp: { x: 0, y: -KEY_STEP },
  ArrowDown: { x: 0, y: KEY_STEP },
};

export class Pad {
  private readonly root = byId('pad', HTMLElement);
  private readonly canvas = byId('ink', HTMLCanvasElement);
  private readonly invitation = byId('pad-invitation', HTMLElement);
  private strokes: Point[][] = [];
  private pointer: number | null = null;
  private readonly caret = { x: SIZE / 2, y: SIZE / 2, down: false, shown: false };

  /** `changed` runs after every change of the ink, with null when the pad is empty. */
  constructor(private readonly changed: (drawing: Drawing | null) => void) {
    const { root } = this;
    root.tabIndex = 0;
    root.addEventListener('pointerdown', (event) => this.begin(event));
    root.addEventListener('pointermove', (event) => this.follow(event));
    for (const type of ['pointerup', 'pointercancel'] as const) {
      root.addEventListener(type, (event) => {
        if (event.pointerId === this.pointer) this.pointer = null;
      });
    }
    root.addEventListener('keydown', (event) => this.key(event));
    root.addEventListener('blur', () => {
      this.caret.down = false;
      this.caret.shown = false;
      this.paint();
    });
    byId('pad-clear', HTMLButtonElement).addEventListener('click', () => this.clear());
    onThemeChange(() => this.paint());
    this.paint();
  }

  clear(): void {
    this.strokes = [];
    this.pointer = null;
    this.caret.down = false;
    this.update();
  }

  private begin(event: PointerEvent): void {
    if (this.pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.root.focus({ preventScroll: true });
    this.root.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.caret.shown = false;
    this.strokes.push([this.locate(event)]);
    this.update();
  }

  private follow(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    const stroke = this.strokes.at(-1);
    for (const one of events.length > 0 ? events : [event]) stroke?.push(this.locate(one));
    this.update();
  }

  private locate({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return { x: ((clientX - left) / width) * SIZE, y: ((clientY - top) / height) * SIZE };
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { caret } = this;
    const move = ARROWS[event.key];
    if (move) {
      caret.x = Math.min(SIZE - STROKE / 2, Math.max(STROKE / 2, caret.x + move.x));
      caret.y = Math.min(SIZE - STROKE / 2, Math.max(STROKE / 2, caret.y + move.y));
      if (caret.down) this.strokes.at(-1)?.push({ x: caret.x, y: caret.y });
    } else if (event.key === ' ') {
      caret.down = !caret.down;
      if (caret.down) this.strokes.push([{ x: caret.x, y: caret.y }]);
    } else if (event.key === 'Escape') {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
    caret.shown = true;
    this.update();
  }

  private update(): void {
    this.invitation.hidden = this.strokes.length > 0;
    this.paint();
    this.changed(this.strokes.length > 0 ? inkOf(this.strokes) : null);
  }

  private paint(): void {
    const scale = Math.min(2, devicePixelRatio);
    this.canvas.width = SIZE * scale;
    this.canvas.height = SIZE * scale;
    const context = this.canvas.getContext('2d');
    if (!context) return;
    context.scale(scale, scale);
    drawStrokes(context, this.strokes, themeCss('--scale-high'));
    const { x, y, down, shown } = this.caret;
    if (!shown) return;
    context.strokeStyle = themeCss('--flame');
    context.fillStyle = themeCss('--flame');
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, STROKE / 2, 0, 2 * Math.PI);
    context.stroke();
    if (down) context.fill();
  }
}
