import { Panel } from "@/components/Panel";
import { PreferField } from "../fields/PreferField";
import { useForm } from "../form";
import { Groups, SettingsGroup } from "../Groups";
import { SUMMARY } from "../summaries";

/** What is taken first when not everything can be. */
export function WhatFirst() {
  const { values } = useForm();
  return (
    <Panel title="What first">
      <Groups>
        <SettingsGroup name="prefer" title="When not everything can be taken" summary={SUMMARY.prefer(values)}>
          <PreferField />
        </SettingsGroup>
      </Groups>
    </Panel>
  );
}
