{{/* One agent's file: what the chart knows of the pod, and over it what the values say. Arguments: root, name. */}}
{{- define "howdah.agentConfig" -}}
{{- $values := .root.Values -}}
{{- $directories := $values.directories -}}
{{- $postgres := dict "host" $directories.socket.path -}}
{{- $patroni := dict "url" $values.patroni.url -}}
{{- with $values.patroni.caFile }}{{ $_ := set $patroni "caFile" . }}{{ end -}}
{{- with $values.patroni.serverName }}{{ $_ := set $patroni "serverName" . }}{{ end -}}
{{- $write := dict -}}
{{- with $values.patroni.username }}{{ $_ := set $write "username" . }}{{ end -}}
{{- with $values.patroni.passwordFile }}{{ $_ := set $write "passwordFile" . }}{{ end -}}
{{- $log := dict "logDirectory" $directories.log.path -}}
{{- $known := dict
  "backup" (dict "postgres" $postgres "patroni" $patroni "pgbackrest" (dict "configFile" (printf "%s/pgbackrest.conf" $directories.pgbackrestConfig.path)))
  "exporter" (dict "postgres" $postgres "patroni" $patroni)
  "logship" $log
  "audit-upload" $log
  "config-reload" (dict "postgres" $postgres "patroni" (merge (dict) $patroni $write))
-}}
{{- mergeOverwrite (deepCopy (get $known .name)) (index $values.agents .name) | toYaml -}}
{{- end -}}
