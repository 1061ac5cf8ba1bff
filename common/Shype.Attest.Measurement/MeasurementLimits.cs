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
}
