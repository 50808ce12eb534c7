import { useState } from 'react'
import { Button, Dialog, Field } from './controls.tsx'

/** The server wants an API key: asked for once, kept until the tab is closed. */
export function AskKey({ wrong, answer }: { wrong: boolean; answer(key: string | null): void }) {
  const [key, setKey] = useState('')
  return (
    <Dialog title="API key" onClose={() => answer(null)}>
      <form
        onSubmit={e => {
          e.preventDefault()
          if (key.trim() !== '') answer(key.trim())
        }}
      >
        <h1>This server wants a key</h1>
        <Field
          label="API key"
          wrong={wrong ? 'That key was refused.' : null}
          hint="One that `espalier serve` was given. It is kept until this tab is closed."
        >
          {id => (
            <input
              id={id}
              className="input mono"
              type="password"
              autoComplete="off"
              autoFocus
              value={key}
              onChange={e => setKey(e.target.value)}
            />
          )}
        </Field>
        <div className="acts">
          <Button onClick={() => answer(null)}>Not now</Button>
          <Button kind="main" type="submit">
            Go on
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
