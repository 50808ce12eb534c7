// Sound small programs, to be broken. The last function is the one that tests call; `ranges` bounds its arguments.

export interface Sound {
  readonly source: readonly string[]
  readonly ranges: readonly (readonly [least: number, greatest: number])[]
}
const one = [0, 20] as const

export const library: readonly Sound[] = [
  {
    source: ['clamp(x, lo, hi) = if x < lo then lo else min(x, hi)'],
    ranges: [
      [-9, 20],
      [-3, 4],
      [5, 12],
    ],
  },
  { source: ['sign(x) = if x < 0 then -1 else if x > 0 then 1 else 0'], ranges: [[-5, 5]] },
  {
    source: ['gcd(a, b) = if b = 0 then a else gcd(b, a % b)'],
    ranges: [
      [1, 60],
      [1, 60],
    ],
  },
  { source: ['sum_to(n) = if n <= 0 then 0 else n + sum_to(n - 1)'], ranges: [one] },
  { source: ['fib(n) = if n < 2 then n else fib(n - 1) + fib(n - 2)'], ranges: [[0, 10]] },
  {
    source: ['power(x, n) = if n = 0 then 1 else x * power(x, n - 1)'],
    ranges: [
      [-3, 4],
      [0, 6],
    ],
  },
  { source: ['digits(n) = if n < 10 then n else n % 10 + digits(n / 10)'], ranges: [[0, 9999]] },
  { source: ['length(n) = if n < 10 then 1 else 1 + length(n / 10)'], ranges: [[0, 9999]] },
  { source: ['steps(n) = if n <= 1 then 0 else 1 + steps(if n % 2 = 0 then n / 2 else 3 * n + 1)'], ranges: [[1, 15]] },
  { source: ['leap(y) = y % 4 = 0 and y % 100 != 0 or y % 400 = 0'], ranges: [[1890, 2010]] },
  {
    source: ['square(x) = x * x', 'distance(a, b, c, d) = square(a - c) + square(b - d)'],
    ranges: [
      [-6, 6],
      [-6, 6],
      [-6, 6],
      [-6, 6],
    ],
  },
  {
    source: [
      'divides(d, n) = n % d = 0',
      'free(n, d) = if d * d > n then 1 else if divides(d, n) then 0 else free(n, d + 1)',
      'prime(n) = if n < 2 then 0 else free(n, 2)',
    ],
    ranges: [[0, 40]],
  },
  {
    source: ['larger(a, b) = if a > b then a else b', 'largest(a, b, c) = larger(larger(a, b), c)'],
    ranges: [
      [-9, 9],
      [-9, 9],
      [-9, 9],
    ],
  },
  {
    source: ['low(a, b) = min(a, b)', 'high(a, b) = max(a, b)', 'median(a, b, c) = high(low(a, b), low(high(a, b), c))'],
    ranges: [
      [-9, 9],
      [-9, 9],
      [-9, 9],
    ],
  },
  {
    source: ['gcd(a, b) = if b = 0 then a else gcd(b, a % b)', 'lcm(a, b) = a / gcd(a, b) * b'],
    ranges: [
      [1, 20],
      [1, 20],
    ],
  },
  {
    source: ['even(n) = n % 2 = 0', 'half(n) = if even(n) then n / 2 else (n - 1) / 2', 'bits(n) = if n = 0 then 0 else 1 + bits(half(n))'],
    ranges: [[0, 120]],
  },
  { source: ['triangle(n) = n * (n + 1) / 2', 'pyramid(n) = if n = 0 then 0 else triangle(n) + pyramid(n - 1)'], ranges: [[0, 12]] },
  {
    source: ['fits(a, b, c) = a + b > c', 'triangular(a, b, c) = fits(a, b, c) and fits(b, c, a) and fits(c, a, b)'],
    ranges: [
      [1, 9],
      [1, 9],
      [1, 9],
    ],
  },
  {
    source: ['tax(x) = if x > 100 then 20 + (x - 100) / 2 else x / 5', 'net(x, child) = x - tax(x) + 7 * child'],
    ranges: [
      [20, 200],
      [0, 3],
    ],
  },
  {
    source: ['overlap(a, b, c, d) = max(0, min(b, d) - max(a, c))'],
    ranges: [
      [0, 6],
      [7, 15],
      [2, 9],
      [9, 18],
    ],
  },
  { source: ['root(n, r) = if r * r > n then r - 1 else root(n, r + 1)', 'isqrt(n) = root(n, 0)'], ranges: [[0, 90]] },
  { source: ['flip(n, m) = if n = 0 then m else flip(n / 10, m * 10 + n % 10)', 'palindrome(n) = flip(n, 0) = n'], ranges: [[1, 250]] },
]
