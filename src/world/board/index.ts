// Board games for two: one construction, a file a game.
import type { WorldEntry } from '../entry.ts'
import { type Chess, chess as chessRules } from './chess.ts'
import { type ConnectFour, connectFour as connectFourRules } from './connect-four.ts'
import { type Hex, hex as hexRules } from './hex.ts'
import { type TicTacToe, ticTacToe as ticTacToeRules } from './tic-tac-toe.ts'
import { type BoardWorld, boardWorld } from './world.ts'

export { Chess } from './chess.ts'
export { ConnectFour, emptyBoard, four } from './connect-four.ts'
export { type Evaluation, type Evaluator, type EvaluatorOptions, evaluator, scored } from './evaluator.ts'
export { Hex } from './hex.ts'
export type { BoardPlace } from './oracle.ts'
export { Outlook } from './outlook.ts'
export { after, legalOf, type Position, type Rules as BoardRules, resultOf } from './position.ts'
export type { BoardState } from './prompt.ts'
export type { BoardTask } from './task.ts'
export { TicTacToe } from './tic-tac-toe.ts'
export { type BoardWorld, boardWorld } from './world.ts'

export const ticTacToe: BoardWorld<TicTacToe> = boardWorld(ticTacToeRules)
export const connectFour: BoardWorld<ConnectFour> = boardWorld(connectFourRules)
export const hex: BoardWorld<Hex> = boardWorld(hexRules)
export const chess: BoardWorld<Chess> = boardWorld(chessRules)

export const boardWorlds: readonly WorldEntry[] = [ticTacToe, connectFour, hex, chess]
