// A text made from a seed, where PyTorch's example `word_language_model` reads WikiText-2, and its words as numbers.
import * as torch from 'lamplight';

const articles = ['the', 'a', 'every', 'no'];
const adjectives = ['small', 'old', 'red', 'quiet', 'heavy', 'early'];
const nouns = ['ship', 'river', 'lamp', 'garden', 'letter', 'bird', 'road', 'tower'];
const verbs = ['follows', 'passes', 'finds', 'leaves', 'lights', 'crosses'];

/** Numbers from 0 up to any limit below 65,536, the same in every language: a linear congruential generator. */
function random(seed: number) {
  let state = seed >>> 0;
  return (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) % limit;
  };
}

/** Sentences, one a line, in which a word says something about the next. */
export function makeText(sentences: number, seed: number) {
  const next = random(seed);
  const pick = (words: readonly string[]) => words[next(words.length)]!;
  const noun = () => [pick(articles), ...(next(3) === 0 ? [pick(adjectives)] : []), pick(nouns)];
  return Array.from({ length: sentences }, () => [...noun(), pick(verbs), ...noun()].join(' ')).join('\n');
}

export class Dictionary {
  word2idx = new Map<string, number>();
  idx2word: string[] = [];
  addWord(word: string) {
    if (!this.word2idx.has(word)) this.word2idx.set(word, this.idx2word.push(word) - 1);
    return this.word2idx.get(word)!;
  }
  get length() {
    return this.idx2word.length;
  }
}

export class Corpus {
  dictionary = new Dictionary();
  train: torch.Tensor;
  valid: torch.Tensor;
  test: torch.Tensor;
  constructor(texts: { train: string; valid: string; test: string }) {
    this.train = this.tokenize(texts.train);
    this.valid = this.tokenize(texts.valid);
    this.test = this.tokenize(texts.test);
  }
  tokenize(text: string) {
    const words = text.split('\n').flatMap((line) => [...line.split(/\s+/).filter(Boolean), '<eos>']);
    return torch.tensor(words.map((word) => this.dictionary.addWord(word)));
  }
}
