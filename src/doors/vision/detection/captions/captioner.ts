// The language model of DenseCap: an LSTM that writes a sentence about a region.

import { cat, full, nn, ones, ShapeError, stack, type Tensor, zeros } from '../../../../torch';
import {
  type Arguments,
  expectTensors,
  inputs,
  kinds,
  Layer,
  parseArgs,
  tensorKind as tensor,
} from '../../../../torch/inside';
import { detectorKinds } from '../detector-kinds';

/** Options of `LSTMCaptioner`. */
export interface CaptionerOptions {
  /** Features of a region. */
  inFeatures: number;
  /** How many words there are; word numbers begin at 1. */
  vocabSize: number;
  /** Features of a word. Default: 512. */
  embeddingSize?: number;
  /** Units of the LSTM. Default: 512. */
  hiddenSize?: number;
  /** Most words of a sentence. Default: 15. */
  maxLength?: number;
}

type CaptionerOrder = ['inFeatures', 'vocabSize', 'embeddingSize', 'hiddenSize', 'maxLength'];

interface CaptionLossArguments {
  codes: Tensor;
  captions: Tensor;
  /** 1 for each region that counts towards the loss, 0 for the others. Default: all count. */
  counts?: Tensor | null;
}

/** The number that ends a sentence and pads the rest of its row. */
const END = 0;
/** The label that cross entropy ignores. */
const IGNORED = -100;

/**
 * DenseCap's captioner (Johnson, Karpathy and Fei-Fei 2016, arXiv:1511.07571, section 3.1.5): the LSTM reads the
 * features φ of the region, then START, then the words s₁ … s_T. From START on, each step predicts the next word or the
 * end of the sentence.
 *
 *     x₋₁ = relu(W φ + b),   x₀ = E[START],   x_t = E[s_t],   p(s_(t+1)) = softmax(V h_t + c)
 *
 * Shape: φ [K, inFeatures] and captions (int64 [K, T], numbers from 1 on, then zeros) → logits [K, T + 1, vocabSize +
 * 1]; column 0 is the end.
 *
 *     const captioner = new detection.LSTMCaptioner(256, vocabulary.size, { hiddenSize: 64 });
 *     const loss = captioner.loss(codes, captions);
 *     vocabulary.decode(await captioner.generate(codes).tolist());
 */
export class LSTMCaptioner extends Layer {
  image_encoder: nn.Linear;
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  output: nn.Linear;
  readonly vocabSize: number;
  readonly maxLength: number;

  constructor(...args: Arguments<CaptionerOptions, CaptionerOrder>) {
    super();
    const defaults = { embeddingSize: 512, hiddenSize: 512, maxLength: 15 };
    const o = parseArgs<CaptionerOptions>('LSTMCaptioner', ['inFeatures', 'vocabSize'], defaults, args, {
      ...detectorKinds,
      inFeatures: kinds.features,
    });
    this.vocabSize = o.vocabSize;
    this.maxLength = o.maxLength;
    this.image_encoder = new nn.Linear(o.inFeatures, o.embeddingSize);
    // Embeddings of the end (0), of the words, and of START, which comes last.
    this.embedding = new nn.Embedding(o.vocabSize + 2, o.embeddingSize);
    this.lstm = new nn.LSTM(o.embeddingSize, o.hiddenSize, { batchFirst: true });
    this.output = new nn.Linear(o.hiddenSize, o.vocabSize + 1);
  }

  private start(count: number): Tensor {
    return full([count, 1], this.vocabSize + 1, { dtype: 'int64' });
  }

  /** The features of regions as the LSTM's first input [K, 1, embeddingSize]. */
  private encoded(codes: Tensor): Tensor {
    return nn.functional.relu(this.image_encoder(codes)).unsqueeze(1);
  }

  override get [inputs]() {
    return ['codes', 'captions'] as const;
  }

  override forward(codes: Tensor, captions: Tensor): Tensor {
    expectTensors('LSTMCaptioner', codes, captions);
    const [count, length] = captions.shape as readonly [number, number];
    if (captions.dim() !== 2 || codes.dim() !== 2 || codes.shape[0] !== count) {
      throw new ShapeError(
        `LSTMCaptioner: expected codes [K, D] and captions [K, T], but got shapes [${codes.shape.join(', ')}] and [${captions.shape.join(', ')}]`,
      );
    }
    const words = this.embedding(cat([this.start(count), captions], 1));
    const [states] = this.lstm(cat([this.encoded(codes), words], 1));
    return this.output(states.narrow(1, 1, length + 1));
  }

  /**
   * Cross entropy, averaged over every word and end of all regions that count. Shape: φ [K, inFeatures], captions [K,
   * T] and, if not all regions count, 1 or 0 for each region [K] → a number.
   */
  loss(...args: Arguments<CaptionLossArguments, ['codes', 'captions', 'counts']>): Tensor {
    const { codes, captions, counts } = parseArgs<CaptionLossArguments>(
      'LSTMCaptioner.loss',
      ['codes', 'captions'],
      { counts: null },
      args,
      { codes: tensor, captions: tensor, counts: kinds.orNull(tensor) },
    );
    const logits = this.forward(codes, captions);
    const [count, length, classes] = logits.shape as readonly [number, number, number];
    const next = cat([captions, zeros(count, 1, { dtype: 'int64' })], 1);
    const before = cat([ones(count, 1, { dtype: 'int64' }), captions], 1);
    const isSaid = before.ne(END).logicalAnd((counts ?? ones(count)).ne(0).unsqueeze(1));
    const targets = next.maskedFill(isSaid.logicalNot(), IGNORED).reshape([count * length]);
    const options = { ignoreIndex: IGNORED, reduction: 'sum' } as const;
    const sum = nn.functional.crossEntropy(logits.reshape([count * length, classes]), targets, options);
    return sum.div(isSaid.to('float32').sum().clamp({ min: 1 }));
  }

  /**
   * Takes the most likely word at each step until the sentence ends (int64 [K, maxLength], padded with zeros). All
   * steps run on the device.
   */
  generate(...args: Arguments<{ codes: Tensor }, ['codes']>): Tensor {
    const { codes } = parseArgs<{ codes: Tensor }>('LSTMCaptioner.generate', ['codes'], {}, args, { codes: tensor });
    const [count] = codes.shape as readonly [number];
    let [, state] = this.lstm(this.encoded(codes));
    let last = this.start(count);
    let isOpen = ones([count, 1], { dtype: 'int64' });
    const words: Tensor[] = [];
    for (let t = 0; t < this.maxLength; t++) {
      const [output, after] = this.lstm(this.embedding(last), state);
      state = after;
      last = this.output(output.squeeze(1)).argmax(1, { keepdim: true }).mul(isOpen);
      isOpen = isOpen.mul(last.ne(END).to('int64'));
      words.push(last.squeeze(1));
    }
    return stack(words, 1);
  }
}
