namespace Shype.Attest.Measurement;

/// <summary>Every bound on measurement logs and records. What crosses one is refused with the limit's name.</summary>
public static class MeasurementLimits
{
    /// <summary>Bytes of one record of ours.</summary>
    public const int MaxRecordBytes = 64 * 1024;

    /// <summary>Bytes of a record's content: the record less its numbers and a digest for each bank.</summary>
    public const int MaxContentBytes = MaxRecordBytes - 512;

    /// <summary>Records in one log or suffix: a host that starts a VM every minute for two years.</summary>
    public const int MaxRecords = 1_000_000;

    /// <summary>Banks of one record or log: TPMs of the field have one to four.</summary>
    public const int MaxBanks = 8;

    /// <summary>Nesting of content: type, version and fields; a list; its elements; a digest.</summary>
    public const int MaxDepth = 5;

    /// <summary>Problems listed for one log; the rest would repeat them.</summary>
    public const int MaxProblems = 64;

    /// <summary>UTF-8 bytes of a name, label, version or identifier.</summary>
    public const int MaxNameBytes = 256;

    /// <summary>UTF-8 bytes of a reason.</summary>
    public const int MaxReasonBytes = 512;

    /// <summary>UTF-8 bytes of a command line (Linux: COMMAND_LINE_SIZE is at most 4096).</summary>
    public const int MaxCommandLineBytes = 4096;

    /// <summary>Modules that a boot loader hands to a hypervisor.</summary>
    public const int MaxModules = 32;

    /// <summary>Facts about a hypervisor: a handful, and one for each live patch.</summary>
    public const int MaxHypervisorFacts = 64;

    /// <summary>Disks of one VM.</summary>
    public const int MaxDisks = 128;

    /// <summary>Bytes of a TPM name: algorithm and a SHA-512 digest.</summary>
    public const int MaxTpmNameBytes = 66;

    /// <summary>Bytes of the agent's log file: a million records of an ordinary size.</summary>
    public const long MaxLogFileBytes = 1L << 30;

    /// <summary>Bytes of a firmware log: the largest ones seen, of servers with many option ROMs, are under 1 MiB.</summary>
    public const int MaxFirmwareLogBytes = 8 * 1024 * 1024;

    /// <summary>Events of a firmware log.</summary>
    public const int MaxFirmwareEvents = 65_536;

    /// <summary>Bytes of one firmware event's data; a dbx is tens of KiB.</summary>
    public const int MaxFirmwareEventBytes = 1024 * 1024;

    /// <summary>Nodes of a device path: a network boot's longest have a dozen.</summary>
    public const int MaxDevicePathNodes = 64;

    /// <summary>Signatures of one Secure Boot database: a dbx has hundreds.</summary>
    public const int MaxSignatures = 32_768;

    /// <summary>Characters of a UEFI variable's name.</summary>
    public const int MaxVariableNameChars = 1024;

    /// <summary>Partitions of one measured partition table (UEFI 2.10, 5.3.1 has 128 entries).</summary>
    public const int MaxPartitions = 512;

    /// <summary>Tables that one event hands over.</summary>
    public const int MaxHandoffTables = 256;

    /// <summary>Findings kept for one firmware log; the rest would repeat them.</summary>
    public const int MaxFindings = 256;

    /// <summary>Bytes of a canonical event log of others.</summary>
    public const int MaxCelBytes = 16 * 1024 * 1024;

    /// <summary>Records of a canonical event log of others.</summary>
    public const int MaxCelRecords = 65_536;

    /// <summary>Bytes of the content of one of its records.</summary>
    public const int MaxCelContentBytes = 1024 * 1024;

    /// <summary>Fields of one content.</summary>
    public const int MaxCelFields = 64;

    /// <summary>Nesting of its JSON: records, a record, content, an entry, its data.</summary>
    public const int MaxCelJsonDepth = 8;

    /// <summary>Bytes of an IMA list that is read at once; the kernel keeps about 100 bytes for each file.</summary>
    public const int MaxImaListBytes = 512 * 1024 * 1024;

    /// <summary>Entries of an IMA list.</summary>
    public const int MaxImaEntries = 4_000_000;

    /// <summary>Bytes of one entry's template data: extended attributes and buffers are tens of KiB.</summary>
    public const int MaxImaEntryBytes = 1024 * 1024;

    /// <summary>Bytes of a template's name (Linux: MAX_TEMPLATE_NAME_LEN).</summary>
    public const int MaxImaTemplateNameBytes = 255;

    /// <summary>Fields of a template (Linux: IMA_TEMPLATE_NUM_FIELDS_MAX).</summary>
    public const int MaxImaFields = 15;

    /// <summary>Bytes of a file's name in the template "ima", which is hashed padded to one more (Linux: IMA_EVENT_NAME_LEN_MAX).</summary>
    public const int MaxImaShortNameBytes = 255;

    /// <summary>Allow rules, deny rules, or patterns of one list of IMA rules.</summary>
    public const int MaxImaRules = 100_000;

    /// <summary>Digests of one rule: the versions of a file that are in use at once.</summary>
    public const int MaxImaRuleDigests = 256;

    /// <summary>Characters of a path pattern.</summary>
    public const int MaxImaPatternCharacters = 1024;

    /// <summary>Patterns with wildcards in one list of IMA rules: each costs time for each file that no exact path names.</summary>
    public const int MaxImaWildcards = 1024;

    /// <summary>Keys that file signatures are checked with.</summary>
    public const int MaxImaKeys = 64;

    /// <summary>Bytes of one file of keys.</summary>
    public const int MaxImaKeyBytes = 256 * 1024;

    /// <summary>Paths whose rule is remembered while a list is judged.</summary>
    public const int MaxImaRememberedPaths = 65_536;
}
