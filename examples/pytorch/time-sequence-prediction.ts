// PyTorch's example `time_sequence_prediction` in TypeScript: two LSTM cells that continue sine waves, trained by L-BFGS, in float32.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';

export const defaults = {
  steps: 15,
  /** Values that are foretold after each step. */
  future: 1000,
  /** How many waves there are, of which three are for the test. */
  waves: 100,
  /** Values of a wave. */
  length: 1000,
  hidden: 51,
  seed: 0,
};

/** Sine waves of period 2π · 20, each with a shift of its own: [waves, length]. */
function generateSineWave(waves: number, length: number) {
  const period = 20;
  const shift = torch.randint(-4 * period, 4 * period, [waves, 1]);
  return torch.arange(length).add(shift).div(period).sin();
}

class Sequence extends nn.Module {
  lstm1: nn.LSTMCell;
  lstm2: nn.LSTMCell;
  linear: nn.Linear;
  constructor(readonly hidden: number) {
    super();
    this.lstm1 = new nn.LSTMCell(1, hidden);
    this.lstm2 = new nn.LSTMCell(hidden, hidden);
    this.linear = new nn.Linear(hidden, 1);
  }
  forward(input: Tensor, future = 0) {
    const outputs: Tensor[] = [];
    let [hT, cT, hT2, cT2] = Array.from({ length: 4 }, () => torch.zeros(input.size(0), this.hidden)) as Four;
    let output!: Tensor;

    const advance = (inputT: Tensor) => {
      [hT, cT] = this.lstm1(inputT, [hT, cT]);
      [hT2, cT2] = this.lstm2(hT, [hT2, cT2]);
      output = this.linear(hT2);
      outputs.push(output);
    };
    for (const inputT of input.split(1, 1)) advance(inputT);
    for (let i = 0; i < future; i++) advance(output);
    return torch.cat(outputs, 1);
  }
}
type Four = [Tensor, Tensor, Tensor, Tensor];

/** Trains, and returns the test waves as they are foretold, future included: [3, length − 1 + future]. */
export async function main(options: Partial<typeof defaults> = {}) {
  const args = { ...defaults, ...options };
  torch.manualSeed(args.seed);

  const data = generateSineWave(args.waves, args.length);
  const input = data.at('3:', ':-1');
  const target = data.at('3:', '1:');
  const testInput = data.at(':3', ':-1');
  const testTarget = data.at(':3', '1:');

  const seq = new Sequence(args.hidden);
  const criterion = new nn.MSELoss();
  // The whole data set is one batch.
  const optimizer = new optim.LBFGS(seq.parameters(), { lr: 0.8 });

  let pred: Tensor | undefined;
  for (let i = 0; i < args.steps; i++) {
    console.log(`Step ${i}`);
    await optimizer.step(async () => {
      optimizer.zeroGrad();
      const out = seq(input);
      const loss = criterion(out, target);
      console.log(`loss ${(await loss.item()).toFixed(6)}`);
      loss.backward();
      return loss;
    });
    const foretold = torch.noGrad(() => seq(testInput, args.future));
    const loss = criterion(foretold.at(':', `:${args.length - 1}`), testTarget);
    console.log(`test loss ${(await loss.item()).toFixed(6)}`);
    pred = foretold;
  }
  return pred;
}
