/** A worked example for prompts. */
export interface Example {
  readonly question: string
  readonly steps: readonly string[]
  readonly answer: string
  /** Other first steps, for lists. */
  readonly other?: readonly string[]
  /** A wrong step in the second half, and why it is wrong, for judgements. */
  readonly wrong?: { readonly step: string; readonly why: string }
}

export const examples: readonly Example[] = [
  {
    question: 'A baker makes 6 trays of 12 rolls and sells 45 of the rolls. How many rolls are left?',
    steps: ['Rolls made: 6 * 12 = 72.', 'Rolls left after selling 45: 72 - 45 = 27.'],
    answer: '27',
    other: ['Write the rolls left as 6 * 12 - 45.', 'Full trays sold: 45 / 12 = 3.75, so 3 trays and 9 rolls are sold.'],
    wrong: { step: 'Rolls left after selling 45: 72 - 45 = 37.', why: '72 - 45 is 27, not 37.' },
  },
  {
    question: 'What is the sum of the solutions of x^2 - 5x + 6 = 0?',
    steps: ['Factor: x^2 - 5x + 6 = (x - 2)(x - 3).', 'The solutions are x = 2 and x = 3.', 'Their sum is 2 + 3 = 5.'],
    answer: '5',
    other: [
      'By Vieta, the sum of the solutions is minus the coefficient of x over that of x^2.',
      'Complete the square: (x - 5/2)^2 = 1/4.',
    ],
    wrong: { step: 'The solutions are x = -2 and x = -3.', why: '(x - 2)(x - 3) = 0 has the solutions 2 and 3.' },
  },
  {
    question: 'Which of these is a noble gas?\n(A) nitrogen\n(B) oxygen\n(C) argon\n(D) chlorine',
    steps: [
      'Noble gases are the elements of group 18: helium, neon, argon, krypton, xenon and radon.',
      'Of the choices only argon is among them.',
    ],
    answer: 'C',
    other: ['Nitrogen and oxygen form molecules of two atoms, so they are no noble gases.'],
    wrong: { step: 'Of the choices only nitrogen hardly reacts.', why: 'That is not what makes a noble gas; nitrogen is in group 15.' },
  },
]
