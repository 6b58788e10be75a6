// Embeddings without a device: eigenvectors on the host, and what is refused before anything runs.
import * as torch from 'lamplight';
import { knnPurity, PCA, pca, trustworthiness, tsne, umap } from 'lamplight/interpret';
import { expect, test } from 'vitest';
import { symmetricEigen } from '../../src/doors/interpret/embedding/eigen';

test('eigenvectors of symmetric matrices, also with equal and zero eigenvalues', () => {
  const random = (i: number) => Math.sin(12.9898 * i) * 3;
  for (const n of [1, 2, 3, 7, 40]) {
    const square = Array.from({ length: n * n }, (_, i) => random(i));
    // The second half of the rows is 0, so that so are half of the eigenvalues.
    const half = square.map((value, i) => (Math.floor(i / n) < n / 2 || n < 7 ? value : 0));
    const matrix = Array.from({ length: n * n }, (_, i) => {
      const [row, col] = [Math.floor(i / n), i % n];
      return half.reduce((sum, _value, k) => (k < n ? sum + half[k * n + row]! * half[k * n + col]! : sum), 0);
    });
    const { values, vectors } = symmetricEigen(matrix, n);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    vectors.forEach((vector, k) => {
      const product = vector.map((_, row) => vector.reduce((sum, x, col) => sum + matrix[row * n + col]! * x, 0));
      const scale = Math.max(1, values[0]!);
      for (const [i, x] of product.entries()) expect(Math.abs(x - values[k]! * vector[i]!) / scale).toBeLessThan(1e-12);
      vectors.forEach((other, j) => {
        const dot = vector.reduce((sum, x, i) => sum + x * other[i]!, 0);
        expect(dot).toBeCloseTo(j === k ? 1 : 0, 10);
      });
    });
  }
});

test('what cannot be placed is refused before anything runs', async () => {
  const points = torch.zeros(120, 8);
  await expect(tsne(points, { perplexity: 120 })).rejects.toThrow(
    'tsne: expected perplexity over 0 and less than the number of points, 120, but got 120',
  );
  await expect(tsne(torch.zeros(5001, 2), { method: 'exact' })).rejects.toThrow('tsne: expected at most 5000 points');
  await expect(tsne(torch.zeros(5001, 8), { nComponents: 4 })).rejects.toThrow(
    'nComponents of at most 3 by Barnes-Hut',
  );
  await expect(tsne(points, { method: 'fft' as 'exact' })).rejects.toThrow("'exact' or 'barnes_hut', but got \"fft\"");
  await expect(tsne(points, { angle: 2 })).rejects.toThrow('expected angle from 0 to 1, but got 2');
  await expect(tsne(points, { maxIter: 100 })).rejects.toThrow('expected maxIter, a whole number of at least 250');
  await expect(tsne(points, { learningRate: 0 })).rejects.toThrow(
    "expected learningRate 'auto' or a number over 0, but got 0",
  );
  await expect(tsne(torch.zeros(3))).rejects.toThrow('tsne: expected points [n, features], but got shape [3]');
  await expect(tsne(points, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
  await expect(umap(torch.zeros(2, 2))).rejects.toThrow('umap: expected at least 3 points, but got 2');
  await expect(pca(torch.zeros(5, 8), 6)).rejects.toThrow(
    'PCA: expected at least 6 points of 6 features, but got [5, 8]',
  );
  expect(() => new PCA(0)).toThrow('PCA: expected nComponents of at least 1, but got 0');
  expect(() => new PCA().transform(points)).toThrow('PCA.transform: expected fit to come before it');
  await expect(knnPurity(points, [0, 1])).rejects.toThrow(
    'knnPurity: expected a label for each of 120 points, but got 2',
  );
  await expect(trustworthiness(points, points, 60)).rejects.toThrow(
    'expected nNeighbors less than n / 2 = 60, but got 60',
  );
});
