// Gymnasium's CartPole-v1 in TypeScript: a cart that is pushed left or right so that the pole on it does not fall. It depends on nothing else here.
//
// The equations are those of Barto, Sutton and Anderson, Neuronlike adaptive elements that can solve difficult learning control problems (IEEE
// Transactions on Systems, Man, and Cybernetics, 1983), as Gymnasium computes them; after `reset({ seed })` states are Gymnasium's, bit for bit where
// the two compute the same sine and cosine.

/** Position of the cart in metres, its velocity, the angle of the pole from upright in radians, and its angular velocity. */
export type State = [x: number, velocity: number, angle: number, angularVelocity: number];

/** What `step` gives: state, reward, whether the pole has fallen or the cart has left the track, whether time is up, and nothing more. */
export type Outcome = [state: Float32Array, reward: number, terminated: boolean, truncated: boolean, info: object];

const GRAVITY = 9.8;
const MASS_OF_POLE = 0.1;
const TOTAL_MASS = 1 + MASS_OF_POLE;
/** Half of the pole's. */
const LENGTH = 0.5;
const POLE_MASS_LENGTH = MASS_OF_POLE * LENGTH;
const FORCE = 10;
/** Seconds between states. */
const TAU = 0.02;
const MAX_ANGLE = (12 * 2 * Math.PI) / 360;
const MAX_POSITION = 2.4;
/** Of the numbers that an episode begins with. */
const MAX_START = 0.05;

export class CartPole {
  /** The average reward at which the environment counts as solved, and the steps after which an episode is cut off. */
  readonly spec = { id: 'CartPole-v1', rewardThreshold: 475, maxEpisodeSteps: 500 };
  readonly observationSpace = { shape: [4] };
  /** 0 pushes the cart to the left, 1 to the right. */
  readonly actionSpace = { n: 2 };
  private random: Pcg64 | null = null;
  private state: State | null = null;
  private steps = 0;
  private fallen = false;

  /** Begins an episode. With a seed, the random numbers begin anew; without any, they differ from run to run. */
  reset({ seed }: { seed?: number } = {}): [state: Float32Array, info: object] {
    if (seed !== undefined || !this.random) this.random = new Pcg64(seed ?? Math.floor(Math.random() * 2 ** 53));
    const draw = () => -MAX_START + 2 * MAX_START * this.random!.next();
    this.state = [draw(), draw(), draw(), draw()];
    this.steps = 0;
    this.fallen = false;
    return [Float32Array.from(this.state), {}];
  }

  /**
   * Pushes the cart for 20 ms. Each step is worth 1, the one that ends the episode included; what comes after that is worth 0.
   *
   * @throws where no episode has begun, or there is no such action
   */
  step(action: number): Outcome {
    if (!this.state) throw new Error('CartPole.step: expected reset() to be called before the first step');
    if (action !== 0 && action !== 1) throw new Error(`CartPole.step: expected action 0 or 1, but got ${action}`);
    let [x, velocity, angle, angularVelocity] = this.state;
    const force = action === 1 ? FORCE : -FORCE;
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const pushed = (force + POLE_MASS_LENGTH * angularVelocity ** 2 * sin) / TOTAL_MASS;
    const turned = (GRAVITY * sin - cos * pushed) / (LENGTH * (4 / 3 - (MASS_OF_POLE * cos ** 2) / TOTAL_MASS));
    const moved = pushed - (POLE_MASS_LENGTH * turned * cos) / TOTAL_MASS;
    x += TAU * velocity;
    velocity += TAU * moved;
    angle += TAU * angularVelocity;
    angularVelocity += TAU * turned;
    this.state = [x, velocity, angle, angularVelocity];
    this.steps++;

    const terminated = Math.abs(x) > MAX_POSITION || Math.abs(angle) > MAX_ANGLE;
    const reward = this.fallen ? 0 : 1;
    this.fallen ||= terminated;
    return [Float32Array.from(this.state), reward, terminated, this.steps >= this.spec.maxEpisodeSteps, {}];
  }
}

const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;

/** NumPy's generator, `np.random.Generator(np.random.PCG64(seed))`: O'Neill, PCG: A family of simple fast space-efficient algorithms (2014). */
class Pcg64 {
  private state = 0n;
  private readonly increment: bigint;

  constructor(seed: number) {
    const [a, b, c, d] = spread(seed) as [bigint, bigint, bigint, bigint];
    this.increment = ((((c << 64n) | d) << 1n) | 1n) & MASK_128;
    this.advance();
    this.state = (this.state + ((a << 64n) | b)) & MASK_128;
    this.advance();
  }

  /** The next double from 0 to 1, of 53 bits. */
  next(): number {
    this.advance();
    const mixed = ((this.state >> 64n) ^ this.state) & MASK_64;
    const turn = this.state >> 122n;
    const bits = ((mixed >> turn) | (mixed << ((64n - turn) & 63n))) & MASK_64;
    return Number(bits >> 11n) / 2 ** 53;
  }

  private advance(): void {
    this.state = (this.state * 0x2360ed051fc65da44385df649fccf645n + this.increment) & MASK_128;
  }
}

/** Four words of 64 bits from a seed, as NumPy's `SeedSequence` makes them. */
function spread(seed: number): bigint[] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new Error(`CartPole.reset: expected seed to be a whole number from 0 on, but got ${seed}`);
  }
  let factor = 0x43b0d7e5;
  const hash = (value: number): number => {
    let hashed = value ^ factor;
    factor = Math.imul(factor, 0x931e8875);
    hashed = Math.imul(hashed, factor);
    return (hashed ^ (hashed >>> 16)) >>> 0;
  };
  const mix = (x: number, y: number): number => {
    const mixed = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const pool = [seed >>> 0, Math.floor(seed / 2 ** 32), 0, 0].map(hash);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
  }
  factor = 0x8b51f9dd;
  const words = Array.from({ length: 8 }, (_, i) => {
    let word = pool[i % 4]! ^ factor;
    factor = Math.imul(factor, 0x58f38ded);
    word = Math.imul(word, factor);
    return BigInt((word ^ (word >>> 16)) >>> 0);
  });
  return [0, 2, 4, 6].map((i) => words[i]! | (words[i + 1]! << 32n));
}
