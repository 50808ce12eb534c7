// One of the server's models by its name, with what the name stands for.
import type { Catalogue } from '../../../src/serve/api/wire.ts'
import { SelectField } from '../shell/controls.tsx'

export function ModelField(o: {
  label: string
  models: Catalogue['models']
  /** What stands for no choice. */
  none?: string
  wrong: string | null
  value: string
  onChange(name: string): void
}) {
  const spec = o.models.find(m => m.name === o.value)?.spec ?? o.value
  return (
    <SelectField
      label={o.label}
      hint={
        spec !== o.value && (
          <span className="mono one-line" style={{ display: 'block' }} title={spec}>
            {spec}
          </span>
        )
      }
      wrong={o.wrong}
      value={o.value}
      of={[...(o.none === undefined ? [] : [['', o.none] as const]), ...o.models.map(m => m.name)]}
      onChange={o.onChange}
    />
  )
}
