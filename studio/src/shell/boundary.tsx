import { Component, type ReactNode } from 'react'
import { Wrong } from './said.tsx'

/** A page that fails says so in its place; the rest of the app goes on. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined }
  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }
  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children
    return (
      <div className="page">
        <Wrong error={this.state.error} retry={() => this.setState({ error: undefined })} />
      </div>
    )
  }
}
