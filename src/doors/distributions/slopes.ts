// Derivatives of gamma and Dirichlet draws with respect to their concentrations, in double precision, as PyTorch
// computes them. Sources: Figurnov, Mohamed and Mnih 2018, arXiv:1805.08498; Jankowiak and Obermeyer 2018, "Pathwise
// derivatives beyond the reparameterization trick", arXiv:1806.01851. The coefficients are those of PyTorch's
// ATen/native/Distributions.h.
const { exp, log, sqrt } = Math;

const orZero = (x: number): number => (Number.isNaN(x) ? 0 : x);

/** ψ(x), the derivative of ln Γ, for x > 0: upward recurrence to 10, then the asymptotic series. */
function digamma(x: number): number {
  let sum = 0;
  let at = x;
  for (; at < 10; at++) sum -= 1 / at;
  const z = 1 / (at * at);
  const series =
    z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * (691 / 32760 - z / 12))))));
  return sum + log(at) - 0.5 / at - series;
}

/**
 * Coefficients of a rational function of ln(x / alpha), along the rows, and ln alpha: four columns for the numerator,
 * then four for the denominator.
 */
const gammaFit = [
  [0.16009398, -0.094634809, 0.025146376, -0.0030648343, 1, 0.32668115, 0.10406089, 0.0014179084],
  [0.53487893, 0.1298071, 0.065735949, -0.0015649758, 0.16639465, 0.020070113, -0.0035938915, -0.00058392623],
  [0.040121004, -0.0065914022, -0.0026286047, -0.0013441777, 0.017050642, -0.0021309326, 0.00085092367, -1.5247877e-7],
] as const;

/** dx / d alpha for a draw x of the gamma distribution with shape alpha and rate 1. */
export function gammaSlope(alpha: number, x: number): number {
  if (x < Math.fround(0.8)) return gammaSlopeNearZero(alpha, x);
  if (alpha > 8) return gammaSlopeOfMany(alpha, x);
  const u = log(x / alpha);
  const v = log(alpha);
  const c = gammaFit[0].map((first, i) => first + u * (gammaFit[1][i]! + u * gammaFit[2][i]!));
  const p = c[0]! + v * (c[1]! + v * (c[2]! + v * c[3]!));
  const q = c[4]! + v * (c[5]! + v * (c[6]! + v * c[7]!));
  return exp(p / q);
}

/** The slope for small x, from the Taylor series of the distribution function. */
function gammaSlopeNearZero(alpha: number, x: number): number {
  let numerator = 1;
  let denominator = alpha;
  let first = numerator / denominator;
  let second = numerator / (denominator * denominator);
  for (let i = 1; i <= 5; i++) {
    numerator *= -x / i;
    denominator += 1;
    first += numerator / denominator;
    second += numerator / (denominator * denominator);
  }
  const power = x ** alpha;
  const density = x ** (alpha - 1) * exp(-x);
  const slope = (log(x) - digamma(alpha)) * (power * first) - power * second;
  return orZero(-slope / density);
}

/** The slope for large alpha, from Rice's saddle point expansion; near the mean, the limit of the expansion. */
function gammaSlopeOfMany(alpha: number, x: number): number {
  if (Math.fround(0.9) * alpha <= x && x <= Math.fround(1.1) * alpha) {
    const one = 1 + 24 * alpha * (1 + 12 * alpha);
    const two = 1440 * alpha * alpha + 6 * x * (53 - 120 * x) - (65 * x * x) / alpha + alpha * (107 + 3600 * x);
    return (one * two) / (1244160 * (alpha * alpha) * (alpha * alpha));
  }
  const root = sqrt(8 * alpha);
  const two = root / (alpha - x);
  const three = (x - alpha - alpha * log(x / alpha)) ** -1.5;
  const both = x < alpha ? two - three : two + three;
  const one = log(x / alpha) * both - (sqrt(2 / alpha) * (alpha + x)) / ((alpha - x) * (alpha - x));
  const stirling = 1 + (1 / (12 * alpha)) * (1 + 1 / (24 * alpha));
  return (-stirling * x * one) / root;
}

/** The derivative with respect to alpha, for x near 0. */
function betaSlopeNearZero(x: number, alpha: number, beta: number): number {
  const factor = digamma(alpha) - digamma(alpha + beta) - log(x);
  let numerator = 1;
  let series = (numerator / alpha) * (factor + 1 / alpha);
  for (let i = 1; i <= 10; i++) {
    numerator *= ((i - beta) * x) / i;
    const denominator = alpha + i;
    series += (numerator / denominator) * (factor + 1 / denominator);
  }
  return orZero(x * (1 - x) ** -beta * series);
}

/** The derivative with respect to beta, for x near 0. */
function betaSlopeByOther(x: number, alpha: number, beta: number): number {
  const factor = digamma(alpha + beta) - digamma(beta);
  let numerator = 1;
  let betas = 1;
  let slopes = 0;
  let series = factor / alpha;
  for (let i = 1; i <= 8; i++) {
    numerator *= -x / i;
    slopes = slopes * (beta - i) + betas;
    betas *= beta - i;
    series += (numerator / (alpha + i)) * (slopes + factor * betas);
  }
  return orZero(-((1 - x) ** (1 - beta)) * series);
}

/**
 * The derivative with respect to alpha if both parameters are large: Rice's saddle point expansion, and near the mean
 * its limit.
 */
function betaSlopeOfMany(x: number, alpha: number, beta: number): number {
  const total = alpha + beta;
  const mean = alpha / total;
  const deviation = sqrt((alpha * beta) / (total + 1)) / total;
  if (mean - 0.1 * deviation <= x && x <= mean + 0.1 * deviation) {
    const polynomial =
      47 * x * beta ** 4 +
      alpha *
        ((43 + 20 * (16 + 27 * beta) * x) * beta ** 3 +
          alpha *
            (3 * (59 + 180 * beta - 90 * x) * beta ** 2 +
              alpha * ((453 + 1620 * beta * (1 - x) - 455 * x) * beta + alpha * (8 * (1 - x) * (135 * beta - 11)))));
    const above = ((1 + 12 * alpha) * (1 + 12 * beta)) / (total * total);
    const below = 12960 * alpha * alpha * alpha * beta * beta * (1 + 12 * total);
    return ((above / (1 - x)) * polynomial) / below;
  }
  const stirlingOf = (n: number) => 1 + 1 / (12 * n) + 1 / (288 * n * n);
  const stirling = (stirlingOf(alpha) * stirlingOf(beta)) / stirlingOf(total);
  const away = alpha * (x - 1) + beta * x;
  const one =
    (2 * alpha * alpha * (x - 1) + alpha * beta * (x - 1) - x * beta * beta) /
    (sqrt((2 * alpha) / beta) * total ** 1.5 * away * away);
  const two = 0.5 * log(alpha / (total * x));
  const three = sqrt((8 * alpha * beta) / total) / away;
  const four = (beta * log(beta / (total * (1 - x))) + alpha * log(alpha / (total * x))) ** -1.5;
  const prefactor = -x / sqrt((2 * alpha * beta) / total);
  return stirling * prefactor * (one + two * (three + (x < mean ? four : -four)));
}

/**
 * Coefficients by the powers of ln x, ln(alpha / x), and ln(total x / alpha): first the numerator's, then the
 * denominator's.
 */
const betaFit = [
  [
    [
      [1.003668233, -0.01061107488, -0.0657888334, 0.01201642863],
      [0.6336835991, -0.3557432599, 0.05486251648, -0.001465281033],
      [-0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013],
    ],
    [
      [0.221950385, -0.3187676331, 0.01799915743, 0.01074823814],
      [-0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057],
      [0.02155310298, 0.004170831599, 0.001292462449, 6.976601077e-5],
    ],
    [
      [-0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565],
      [0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181],
      [0.005900514878, -0.001936558688, -9.495446725e-6, 5.385558597e-5],
    ],
  ],
  [
    [
      [1, -0.02924021934, -0.04438342661, 0.007285809825],
      [0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521],
      [-0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149],
    ],
    [
      [0.5925320577, -0.1757678135, 0.01505928619, 0.000564515273],
      [0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956],
      [-0.007258481865, 0.001096195486, 0.0003934994223, -4.12701925e-5],
    ],
    [
      [0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-5],
      [0.001925008108, -0.002869809258, 0.0008000589141, -6.063713228e-5],
      [-0.0003477407336, 6.959756487e-5, 1.097287507e-5, -1.650964693e-6],
    ],
  ],
] as const;

/**
 * dx / d alpha, divided by 1 - x, for a draw x of Beta(alpha, total - alpha). Each element of a Dirichlet draw has such
 * a Beta distribution.
 */
export function dirichletSlope(x: number, alpha: number, total: number): number {
  const beta = total - alpha;
  const boundary = total * x * (1 - x);
  if (x <= 0.5 && boundary < 2.5) return betaSlopeNearZero(x, alpha, beta);
  if (x >= 0.5 && boundary < 0.75) return -betaSlopeByOther(1 - x, beta, alpha);
  if (alpha > 6 && beta > 6) return betaSlopeOfMany(x, alpha, beta);
  const u = log(x);
  const a = log(alpha) - u;
  const b = log(total) - a;
  const [p, q] = betaFit.map((table) =>
    table.reduce(
      (sum, row, i) =>
        sum + row.reduce((inner, c, j) => inner + u ** i * a ** j * (c[0] + b * (c[1] + b * (c[2] + b * c[3]))), 0),
      0,
    ),
  ) as [number, number];
  return (p / q) * ((x * (digamma(total) - digamma(alpha))) / beta);
}
