import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { keys } from "@/api/query-keys";
import type { ConfigurationChange, SavedConfiguration } from "@/api/types";

/**
 * Save settings. Only what the owner changed is sent: the control plane keeps every setting that is left out, also
 * those that this dashboard does not know.
 */
export function saveConfiguration(change: ConfigurationChange): Promise<SavedConfiguration> {
  return dataOf(api.PUT("/api/bot/configuration", { body: change }));
}

export function useSaveConfiguration() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: saveConfiguration,
    onSuccess: async (saved) => {
      await queryClient.cancelQueries({ queryKey: keys.configuration });
      queryClient.setQueryData<SavedConfiguration>(keys.configuration, saved);
    },
  });
}
