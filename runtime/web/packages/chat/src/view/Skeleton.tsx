/** Stands for text that is still being loaded. */
export function Skeleton() {
  return (
    <div class="nat-skeleton" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  );
}
