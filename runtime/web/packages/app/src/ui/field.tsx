import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface Described {
  label: string;
  hint?: ComponentChildren;
  error?: string | null;
}

interface FieldProps extends Described {
  children: (attributes: {
    id: string;
    "aria-describedby": string | undefined;
    "aria-invalid": boolean;
  }) => ComponentChildren;
}

/** A label, an input, and what belongs to it: a hint, and what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": described, "aria-invalid": Boolean(error) })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends Described {
  value: string;
  onChange: (value: string) => void;
  more?: Omit<JSX.InputHTMLAttributes, "value" | "onInput" | "id">;
  before?: string | undefined;
  after?: string | undefined;
}

export function TextField({ value, onChange, more, before, after, ...described }: TextFieldProps) {
  return (
    <Field {...described}>
      {(attributes) => (
        <span class="input">
          {before && <span class="affix">{before}</span>}
          <input
            {...attributes}
            {...more}
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
          {after && <span class="affix">{after}</span>}
        </span>
      )}
    </Field>
  );
}

export interface Choice<V extends string> {
  value: V;
  label: string;
}

interface SelectFieldProps<V extends string> extends Described {
  value: V;
  choices: readonly Choice<V>[];
  onChange: (value: V) => void;
  disabled?: boolean;
}

export function SelectField<V extends string>({
  value,
  choices,
  onChange,
  disabled = false,
  ...described
}: SelectFieldProps<V>) {
  return (
    <Field {...described}>
      {(attributes) => (
        <select
          {...attributes}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.currentTarget.value as V)}
        >
          {choices.map((each) => (
            <option key={each.value} value={each.value} selected={each.value === value}>
              {each.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface PickProps<V extends string> {
  label: string;
  value: V;
  choices: readonly Choice<V>[];
  onChange: (value: V) => void;
  disabled?: boolean;
}

/** A `<select>` inside a table, where the label is only read out. */
export function Pick<V extends string>({ label, value, choices, onChange, disabled = false }: PickProps<V>) {
  return (
    <select
      aria-label={label}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.value as V)}
    >
      {choices.map((each) => (
        <option key={each.value} value={each.value} selected={each.value === value}>
          {each.label}
        </option>
      ))}
    </select>
  );
}
