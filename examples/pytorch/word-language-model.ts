// PyTorch's example `word_language_model` in TypeScript: an LSTM that foretells the next word, trained by steps written out by hand.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { Corpus, makeText } from './corpus';

const F = nn.functional;

export const defaults = {
  emsize: 200,
  nhid: 200,
  nlayers: 2,
  lr: 20,
  clip: 0.25,
  epochs: 40,
  batchSize: 20,
  evalBatchSize: 10,
  bptt: 35,
  dropout: 0.2,
  tied: false,
  seed: 1111,
  logInterval: 200,
  dryRun: false,
  /** Sentences of the training text; those for validation and for the test have a tenth of them each. */
  sentences: 20_000,
};
type Args = typeof defaults;
type Hidden = [h: Tensor, c: Tensor];

class RNNModel extends nn.Module {
  drop: nn.Dropout;
  encoder: nn.Embedding;
  rnn: nn.LSTM;
  decoder: nn.Linear;
  constructor(
    readonly ntoken: number,
    { emsize, nhid, nlayers, dropout, tied }: Args,
  ) {
    super();
    this.drop = new nn.Dropout(dropout);
    this.encoder = new nn.Embedding(ntoken, emsize);
    this.rnn = new nn.LSTM(emsize, nhid, { numLayers: nlayers, dropout });
    this.decoder = new nn.Linear(nhid, ntoken);
    if (tied) {
      if (nhid !== emsize) throw new Error(`tied: expected nhid equal to emsize, but got ${nhid} and ${emsize}`);
      this.decoder.weight = this.encoder.weight;
    }
    this.initWeights();
  }
  initWeights() {
    const initrange = 0.1;
    nn.init.uniform_(this.encoder.weight, -initrange, initrange);
    nn.init.zeros_(this.decoder.bias!);
    nn.init.uniform_(this.decoder.weight, -initrange, initrange);
  }
  forward(input: Tensor, hidden: Hidden): [output: Tensor, hidden: Hidden] {
    const emb = this.drop(this.encoder(input));
    let [output, state] = this.rnn(emb, hidden);
    output = this.drop(output);
    const decoded = this.decoder(output).view(-1, this.ntoken);
    return [F.logSoftmax(decoded, 1), state];
  }
  initHidden(bsz: number): Hidden {
    const [weight] = this.parameters();
    const size = [this.rnn.numLayers, bsz, this.rnn.hiddenSize];
    return [weight!.newZeros(size), weight!.newZeros(size)];
  }
}

/** The text in `bsz` columns side by side: [words / bsz, bsz]. */
function batchify(data: Tensor, bsz: number) {
  const nbatch = Math.floor(data.size(0) / bsz);
  return data
    .narrow(0, 0, nbatch * bsz)
    .view(bsz, -1)
    .t()
    .contiguous();
}

/** States without what led to them, so that gradients end here. */
function repackageHidden([h, c]: Hidden): Hidden {
  return [h.detach(), c.detach()];
}

/** `bptt` rows from row `i` on, and the words that follow each of them. */
function getBatch(source: Tensor, i: number, bptt: number): [data: Tensor, target: Tensor] {
  const seqLen = Math.min(bptt, source.size(0) - 1 - i);
  return [source.narrow(0, i, seqLen), source.narrow(0, i + 1, seqLen).reshape(-1)];
}

async function evaluate(model: RNNModel, dataSource: Tensor, args: Args) {
  model.eval();
  const mean = torch.noGrad(() => {
    let totalLoss: Tensor = torch.tensor(0);
    let hidden = model.initHidden(args.evalBatchSize);
    for (let i = 0; i < dataSource.size(0) - 1; i += args.bptt) {
      const [data, targets] = getBatch(dataSource, i, args.bptt);
      const [output, next] = model(data, hidden);
      hidden = repackageHidden(next);
      totalLoss = totalLoss.add(F.nllLoss(output, targets).mul(data.size(0)));
    }
    return totalLoss.div(dataSource.size(0) - 1);
  });
  return mean.item();
}

async function train(model: RNNModel, trainData: Tensor, args: Args, lr: number, epoch: number) {
  model.train();
  const criterion = new nn.NLLLoss();
  const batches = Math.floor(trainData.size(0) / args.bptt);
  let totalLoss: Tensor = torch.tensor(0);
  let hidden = model.initHidden(args.batchSize);
  for (let batch = 0, i = 0; i < trainData.size(0) - 1; batch++, i += args.bptt) {
    const [data, targets] = getBatch(trainData, i, args.bptt);
    model.zeroGrad();
    hidden = repackageHidden(hidden);
    const [output, next] = model(data, hidden);
    hidden = next;
    const loss = criterion(output, targets);
    loss.backward();
    nn.utils.clipGradNorm_(model.parameters(), args.clip);
    torch.noGrad(() => {
      for (const p of model.parameters()) p.add_(p.grad!, { alpha: -lr });
    });

    totalLoss = totalLoss.add(loss.detach());
    if ((batch + 1) % args.logInterval === 0) {
      const curLoss = (await totalLoss.item()) / args.logInterval;
      console.log(
        `Epoch ${epoch}, batch ${batch + 1} of ${batches}, lr ${lr}: loss ${curLoss.toFixed(6)}, perplexity ${Math.exp(curLoss).toFixed(6)}`,
      );
      totalLoss = torch.tensor(0);
    }
    if (args.dryRun) break;
  }
}

/** Trains, and returns some words that the model has written. */
export async function main(options: Partial<Args> = {}) {
  const args = { ...defaults, ...options };
  torch.manualSeed(args.seed);

  const [train1, valid, test] = [args.sentences, args.sentences / 10, args.sentences / 10].map((n, i) =>
    makeText(n, i),
  );
  const corpus = new Corpus({ train: train1!, valid: valid!, test: test! });
  const trainData = batchify(corpus.train, args.batchSize);
  const valData = batchify(corpus.valid, args.evalBatchSize);
  const testData = batchify(corpus.test, args.evalBatchSize);

  const model = new RNNModel(corpus.dictionary.length, args);
  let lr = args.lr;
  let bestValLoss = Number.POSITIVE_INFINITY;
  for (let epoch = 1; epoch <= args.epochs; epoch++) {
    await train(model, trainData, args, lr, epoch);
    const valLoss = await evaluate(model, valData, args);
    console.log(`Epoch ${epoch}: valid loss ${valLoss.toFixed(6)}, perplexity ${Math.exp(valLoss).toFixed(6)}`);
    if (valLoss < bestValLoss) bestValLoss = valLoss;
    else lr /= 4;
  }
  const testLoss = await evaluate(model, testData, args);
  console.log(`Test: loss ${testLoss.toFixed(6)}, perplexity ${Math.exp(testLoss).toFixed(6)}`);
}
