// External planning on Connect Four: how virtual counts spread what is under way, and what simulations are worth against a player who looks one move ahead.
import type { Effect, Io, KnobValue, Policy } from '../src/contract/index.ts'
import { average, bootstrap } from '../src/kernel/index.ts'
import { boardGamesPlanning } from '../src/method/index.ts'
import type { Arm, Claim } from '../src/run/index.ts'
import { type BoardState, connectFour, evaluator, legalOf } from '../src/world/index.ts'

const { world, rules, outlook } = connectFour
/** Standard deviation of an evaluation's error; values lie in [-1, 1]. */
const noise = 0.4
const batch = 16
const budget = 64

/** The evaluator's policy; `seen` is told how many positions were handed over together. */
function watched(policy: Policy<BoardState, string, void>, seen: (together: number) => void): Policy<BoardState, string, void> {
  // One for each effect: calls of one effect are what goes out together.
  const watching = new Map<unknown, unknown>()
  const watch = <I, O>(e: Effect<I, O>): Effect<I, O> => {
    if (!watching.has(e)) {
      const run: Effect<I, O>['run'] = (inputs, live) => {
        seen(inputs.length)
        return e.run(inputs, live)
      }
      watching.set(e, { ...e, run })
    }
    return watching.get(e) as Effect<I, O>
  }
  return { ...policy, propose: (from, o, io) => policy.propose(from, o, { call: (e, input) => io.call(watch(e), input) } as Io) }
}

export const claim: Claim = {
  id: 'board-games-planning',
  paper: boardGamesPlanning.paper!,
  evidence: ['board-games-planning', 'connect-four'],
  claim:
    'Batched asynchronous search with dynamic virtual counts makes a model that evaluates positions stronger, about evenly with the logarithm of the simulations, and loses little to its batches.',
  hypothesis:
    'With sixteen evaluations under way virtual counts reach at least twice as many different leaves as none do; the share of games won against the same evaluator looking one move ahead rises with each fourfold of the simulations; sixteen at once win at most a tenth less than one at a time.',
  equal: { unit: 'simulations a move', budget },
  async run(lab) {
    const openings = Array.from({ length: lab.pick(300, 2) }, (_, i) => {
      const random = lab.random('opening', i)
      const g = rules.read('start')
      for (let k = 0; k < 2; k++) g.apply(random.pick(legalOf(g)))
      return g.text()
    })
    const arms: Arm[] = []

    // 1: different leaves of 128 simulations at the openings
    const leaves: Record<string, number[]> = {}
    const together: Record<string, number[]> = {}
    const wide = lab.pick(128, 32)
    for (const virtual of ['none', 'constant', 'dynamic']) {
      leaves[virtual] = []
      together[virtual] = []
      for (const [i, position] of openings.slice(0, 60).entries()) {
        const by = evaluator(rules, outlook, { noise, seed: lab.seed * 1000 + i, batch })
        const sizes: number[] = []
        const policy = watched(by.policy, x => sizes.push(x))
        const knobs = { how: 'all', simulations: wide, batch, virtual }
        const r = await lab.run({ world, method: boardGamesPlanning, policy, value: by.value, knobs }, position, { concurrency: batch })
        leaves[virtual].push((r.tree.nodes().length - 1) / wide)
        together[virtual].push(average(sizes))
      }
      arms.push(
        lab.arm(`leaves, virtual counts ${virtual}`, leaves[virtual], { spent: wide, budget: wide, unit: 'different leaves a simulation' }),
      )
      lab.say(
        `${virtual}: ${average(leaves[virtual]).toFixed(2)} leaves a simulation, ${average(together[virtual]).toFixed(1)} evaluated together`,
      )
    }

    // 2: games against the same evaluator, one move ahead
    const play = async (
      i: number,
      position: string,
      first: boolean,
      knobs: Record<string, KnobValue>,
      o: { concurrency: number; scoring?: 'mean' | 'max' },
    ): Promise<number> => {
      const by = evaluator(rules, outlook, {
        noise,
        seed: lab.seed * 1000 + i,
        batch,
        ...(o.scoring === undefined ? {} : { scoring: o.scoring }),
      })
      const rival = evaluator(rules, outlook, { noise, seed: lab.seed * 1000 + i + 500 })
      const g = rules.read(position)
      const own = first ? g.player() : 1 - g.player()
      while (!g.over()) {
        if (g.player() === own) {
          const frame = { world, method: boardGamesPlanning, policy: by.policy, value: by.value, knobs: { how: 'all', ...knobs } }
          const r = await lab.run(frame, g.text(), { concurrency: o.concurrency, seed: lab.seed + g.moves })
          g.apply(g.action(r.answer!) as number)
        } else {
          const [best] = [...rival.evaluate(g.text())].sort((a, b) => b.value - a.value)
          g.apply(g.action(best.move) as number)
        }
      }
      return g.value(own)
    }
    const games = async (name: string, simulations: number, size: number, scoring?: 'mean' | 'max'): Promise<Arm> => {
      const won: number[] = []
      for (const [i, position] of openings.entries())
        won.push(
          await play(
            i,
            position,
            i % 2 === 0,
            { simulations, batch: size },
            { concurrency: size, ...(scoring === undefined ? {} : { scoring }) },
          ),
        )
      lab.say(`${name}: ${average(won).toFixed(3)} of the games`)
      const arm = lab.arm(name, won, { spent: simulations, budget: simulations, unit: 'won' })
      arms.push(arm)
      return arm
    }
    const counts = lab.pick([4, 16, budget], [2, 4])
    const curve: Arm[] = []
    for (const n of counts) curve.push(await games(`${n} simulations, one at a time`, n, 1))
    const many = await games(`${counts.at(-1)} simulations, ${batch} at once`, counts.at(-1)!, batch)
    const last = curve.at(-1)!
    const mean = await games(`${counts.at(-1)} simulations, mean scoring`, counts.at(-1)!, 1, 'mean')
    const max = await games(`${counts.at(-1)} simulations, max scoring`, counts.at(-1)!, 1, 'max')
    // Least squares over log4 of the simulations, game by game.
    const xs = counts.map((_, k) => k - (counts.length - 1) / 2)
    const norm = xs.reduce((sum, x) => sum + x * x, 0)
    const slopes = openings.map((_, i) => xs.reduce((sum, x, k) => sum + x * curve[k].values![i], 0) / norm)
    const twice = leaves.dynamic.map((x, i) => x - 2 * leaves.none[i])
    return {
      arms,
      findings: [
        lab.finding('the share of games won rises with each fourfold of the simulations', {
          effect: average(slopes),
          interval: bootstrap(slopes, average, lab.random('slope')),
          above: 0,
          least: 0.03,
        }),
        lab.finding('dynamic virtual counts reach more than twice as many different leaves as none', {
          effect: average(twice),
          interval: bootstrap(twice, average, lab.random('leaves')),
          above: 0,
          least: 0.05,
        }),
        lab.paired(`${batch} at once win at most a tenth less than one at a time`, many, last, { above: -0.1, least: 0.02 }),
        lab.paired('mean scoring wins more than max scoring', mean, max, { above: 0, counts: false }),
        lab.paired('dynamic virtual counts reach more leaves than constant ones', armOf(arms, 'dynamic'), armOf(arms, 'constant'), {
          above: 0,
          counts: false,
        }),
      ],
      notes: [
        `Share of the games won by simulations: ${counts.map((c, k) => `${c}: ${curve[k].mean.toFixed(3)}`).join(', ')}. The rise is the slope over all of them; it need not be even.`,
        `Evaluations handed over together, on average: ${Object.entries(together)
          .map(([name, xs]) => `${name} ${average(xs).toFixed(1)}`)
          .join(', ')} of ${batch}.`,
        'A simulation here waits where the best place is already being evaluated, in place of evaluating it twice; so every simulation with virtual counts has a leaf of its own, and what counts differ in is how many are under way.',
        'A first run with 120 games gave -0.033 [-0.1, 0.033] for batches against one at a time, too few to tell; hence 300.',
        'The evaluator is a static judgement of the board with an error; no language model was trained, and Elo was not measured. The internal search (traces written by a model) is not part of this experiment.',
      ],
    }
  },
}
const armOf = (arms: readonly Arm[], virtual: string): Arm => arms.find(a => a.name.endsWith(` ${virtual}`))!
