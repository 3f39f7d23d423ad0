using System.Runtime.InteropServices;

namespace Cistern.DuckDb.Native;

/// <content>Results, chunks, vectors and their types.</content>
internal static unsafe partial class Api
{
    [LibraryImport(Library, EntryPoint = "duckdb_destroy_result")]
    public static partial void DestroyResult(NativeResult* result);

    [LibraryImport(Library, EntryPoint = "duckdb_result_error")]
    public static partial nint ResultError(ResultHandle result);

    [LibraryImport(Library, EntryPoint = "duckdb_result_error_type")]
    public static partial DuckDbErrorKind ResultErrorKind(ResultHandle result);

    [LibraryImport(Library, EntryPoint = "duckdb_column_count")]
    public static partial ulong ColumnCount(ResultHandle result);

    [LibraryImport(Library, EntryPoint = "duckdb_column_name")]
    public static partial nint ColumnName(ResultHandle result, ulong column);

    [LibraryImport(Library, EntryPoint = "duckdb_column_logical_type")]
    public static partial LogicalTypeHandle ColumnLogicalType(ResultHandle result, ulong column);

    [LibraryImport(Library, EntryPoint = "duckdb_rows_changed")]
    public static partial ulong RowsChanged(ResultHandle result);

    [LibraryImport(Library, EntryPoint = "duckdb_fetch_chunk")]
    public static partial nint FetchChunk(NativeResult result);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_data_chunk")]
    public static partial void DestroyDataChunk(ref nint chunk);

    // The calls below run for each vector of each chunk. They read or write one member of an object, without locks or allocation:
    // what SuppressGCTransition asks for.

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_get_size"), SuppressGCTransition]
    public static partial ulong ChunkSize(nint chunk);

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_set_size"), SuppressGCTransition]
    public static partial void SetChunkSize(nint chunk, ulong size);

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_get_vector"), SuppressGCTransition]
    public static partial nint ChunkVector(nint chunk, ulong column);

    [LibraryImport(Library, EntryPoint = "duckdb_vector_get_data"), SuppressGCTransition]
    public static partial void* VectorData(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_vector_get_validity"), SuppressGCTransition]
    public static partial ulong* VectorValidity(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_list_vector_get_child"), SuppressGCTransition]
    public static partial nint ListChild(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_list_vector_get_size"), SuppressGCTransition]
    public static partial ulong ListSize(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_array_vector_get_child"), SuppressGCTransition]
    public static partial nint ArrayChild(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_vector_get_child"), SuppressGCTransition]
    public static partial nint StructChild(nint vector, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_vector_ensure_validity_writable")]
    public static partial void EnsureValidityWritable(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_list_vector_reserve")]
    public static partial NativeState ListReserve(nint vector, ulong capacity);

    [LibraryImport(Library, EntryPoint = "duckdb_list_vector_set_size")]
    public static partial NativeState SetListSize(nint vector, ulong size);

    [LibraryImport(Library, EntryPoint = "duckdb_vector_reference_value")]
    public static partial void ReferenceValue(nint vector, ValueHandle value);

    [LibraryImport(Library, EntryPoint = "duckdb_vector_reference_value")]
    public static partial void ReferenceValue(nint vector, nint value);

    [LibraryImport(Library, EntryPoint = "duckdb_create_logical_type")]
    public static partial LogicalTypeHandle CreateLogicalType(DuckDbTypeId type);

    [LibraryImport(Library, EntryPoint = "duckdb_create_map_type")]
    public static partial LogicalTypeHandle CreateMapType(LogicalTypeHandle key, LogicalTypeHandle value);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_logical_type")]
    public static partial void DestroyLogicalType(ref nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_get_type_id")]
    public static partial DuckDbTypeId TypeId(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_logical_type_get_alias")]
    public static partial nint OwnedTypeAlias(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_decimal_width")]
    public static partial byte DecimalWidth(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_decimal_scale")]
    public static partial byte DecimalScale(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_enum_dictionary_size")]
    public static partial uint EnumSize(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_enum_dictionary_value")]
    public static partial nint OwnedEnumText(LogicalTypeHandle type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_list_type_child_type")]
    public static partial LogicalTypeHandle ListChildType(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_array_type_child_type")]
    public static partial LogicalTypeHandle ArrayChildType(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_array_type_array_size")]
    public static partial ulong ArraySize(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_map_type_key_type")]
    public static partial LogicalTypeHandle MapKeyType(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_map_type_value_type")]
    public static partial LogicalTypeHandle MapValueType(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_type_child_count")]
    public static partial ulong StructChildCount(LogicalTypeHandle type);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_type_child_name")]
    public static partial nint OwnedStructChildName(LogicalTypeHandle type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_type_child_type")]
    public static partial LogicalTypeHandle StructChildType(LogicalTypeHandle type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_create_varchar_length")]
    public static partial nint CreateText(byte* text, ulong length);

    [LibraryImport(Library, EntryPoint = "duckdb_create_blob")]
    public static partial nint CreateBlob(byte* data, ulong length);

    [LibraryImport(Library, EntryPoint = "duckdb_create_null_value")]
    public static partial ValueHandle CreateNull();

    [LibraryImport(Library, EntryPoint = "duckdb_create_list_value")]
    public static partial ValueHandle CreateList(LogicalTypeHandle childType, nint* values, ulong count);

    [LibraryImport(Library, EntryPoint = "duckdb_create_map_value")]
    public static partial ValueHandle CreateMap(LogicalTypeHandle mapType, nint* keys, nint* values, ulong count);

    [LibraryImport(Library, EntryPoint = "duckdb_get_list_child")]
    public static partial ValueHandle ListValueChild(ValueHandle list, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_get_int64")]
    public static partial long ValueInt64(ValueHandle value);

    [LibraryImport(Library, EntryPoint = "duckdb_is_null_value")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ValueIsNull(ValueHandle value);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_value")]
    public static partial void DestroyValue(ref nint value);
}
